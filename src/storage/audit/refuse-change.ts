import { sql } from 'kysely';

/** The parameter that says, for a transaction, what maintenance is at: it may do what nobody else may. */
const AUDIT_WORK = 'clawcierge.audit_work';

/** What it may say: the sealer moves heads on, somebody prunes or erases, and maintenance thins checkpoints. */
export type AuditWork = 'seal' | 'prune' | 'erase' | 'thin';

/** Says until the transaction is over that this is the work. */
export const allowWork = (work: AuditWork) => sql<string>`set_config(${sql.lit(AUDIT_WORK)}, ${sql.lit(work)}, true)`;

/**
 * A trigger that refuses to update or delete a table's rows, unless that is the work. Whoever may set the parameter passes it,
 * as a superuser does: it guards against mistakes, and the tree is what tells of the rest. The migration adds those for
 * `truncate`.
 */
export const refuseChange = (
  event: 'update' | 'delete',
  { unless = [] }: { readonly unless?: readonly AuditWork[] } = {},
) => {
  const works = unless.map((work) => `'${work}'`).join(', ');
  const row = event === 'update' ? 'new' : 'old';
  const pass =
    unless.length === 0 ? '' : `if current_setting('${AUDIT_WORK}', true) in (${works}) then return ${row}; end if; `;
  return {
    name: `refuse_${event}`,
    timing: 'before' as const,
    events: [event],
    forEach: 'row' as const,
    body: `${pass}raise exception 'Rows of % are only added.', tg_table_name using errcode = 'object_not_in_prerequisite_state';`,
  };
};
