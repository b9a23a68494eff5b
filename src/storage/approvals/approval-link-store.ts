import type { ApprovalLinkStore } from '../../application/ports/approval-link-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { ApprovalLinkEntity } from './approval-link-entity.ts';

const LINK_ROW = columnsOfTable(ApprovalLinkEntity);

/** The statement sees the rows as they were before it, so `others` is one less than there may be. */
const INSERT = statement('insert-approval-link', { link: rowOf(LINK_ROW), others: 'int' }, ({ link, others }) =>
  db
    .with('old', (cte) =>
      cte
        .deleteFrom('approval_links')
        .where(
          'token_hash',
          'in',
          db
            .selectFrom('approval_links as l')
            .select('l.token_hash')
            .where('l.approval_id', '=', link.approval_id)
            .where('l.approver_id', '=', link.approver_id)
            .orderBy('l.created_at', 'desc')
            .offset(others),
        ),
    )
    .insertInto('approval_links')
    .columns(LINK_ROW.names)
    .expression(
      db
        .selectFrom(['approvals as a', 'approvers as v'])
        .select(valuesOf(LINK_ROW, link))
        .where('a.id', '=', link.approval_id)
        .where('a.resolved_at', 'is', null)
        .where('v.id', '=', link.approver_id)
        .where('v.removed_at', 'is', null)
        // So that neither is gone by the time that the link refers to it.
        .forKeyShare(),
    )
    .returning('approval_id'),
);

const BY_HASH = statement('approval-link-by-hash', { tokenHash: 'bytea' }, ({ tokenHash }) =>
  db
    .selectFrom('approval_links as l')
    .innerJoin('approvers as v', 'v.id', 'l.approver_id')
    .select(['l.approval_id as approvalId', 'l.approver_id as approverId'])
    .where('l.token_hash', '=', tokenHash)
    .where('v.removed_at', 'is', null),
);

export const createApprovalLinkStore = (database: Database): ApprovalLinkStore => ({
  insert: async (link, max) => {
    if (!isUuid(link.approvalId) || !isUuid(link.approverId)) return false;
    return (await database.run(INSERT, { link, others: max - 1 })).length === 1;
  },

  byHash: async (tokenHash) => (await database.run(BY_HASH, { tokenHash }))[0] ?? null,
});
