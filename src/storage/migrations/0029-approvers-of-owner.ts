import type { Migration } from '../schema/migration.ts';

/** An owner's approvers are listed, and looked for by what is on record of them: without it all owners' were walked, removed ones as well. */
export const approversOfOwner: Migration = {
  kind: 'expand',
  indexes: [{ name: 'approvers_owner_id_index', on: '"approvers" ("owner_id", "id")' }],
};
