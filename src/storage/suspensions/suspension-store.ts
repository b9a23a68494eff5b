import { type Expression, sql } from 'kysely';
import type { SuspensionStore } from '../../application/ports/suspension-store.ts';
import { type Act, ownAct } from '../../domain/actor.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import type { SuspendedKind, Suspension } from '../../domain/suspension.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { detailGiven, GIVEN_ENTRIES, noteGiven, toGiven } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf, isAny, valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { SuspensionEntity } from './suspension-entity.ts';

const SUSPENSION = columnsOfTable(SuspensionEntity);
type SuspensionRow = RowIn<typeof SUSPENSION>;

const BY_SUBJECTS = statementByKey('suspensions-by-subjects', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('suspensions as s').select(SUSPENSION.from('s')).where('s.subject_id', '=', anyOf(ids)),
);

/** No row where there is nobody of that id. */
const suspend = (kind: SuspendedKind, subjectOf: (id: Expression<string>) => Expression<{ id: string }>) =>
  statement(
    `suspend-${kind.toLowerCase()}`,
    { suspension: rowOf(SUSPENSION), entries: GIVEN_ENTRIES },
    ({ suspension, entries }) =>
      db
        .with('suspended', (cte) =>
          cte
            .insertInto('suspensions')
            .columns(SUSPENSION.names)
            .expression(
              db
                .selectNoFrom(valuesOf(SUSPENSION, suspension))
                .where(({ exists }) => exists(subjectOf(suspension.subject_id))),
            )
            .onConflict((conflict) =>
              conflict.column('subject_id').doUpdateSet({
                reason: sql.ref('excluded.reason'),
                suspended_by: sql.ref('excluded.suspended_by'),
                created_at: sql.ref('excluded.created_at'),
              }),
            )
            .returning('subject_id as id'),
        )
        .with('noted', () => noteGiven(entries, isAny('suspended')))
        .with('detailed', () => detailGiven(entries, isAny('suspended')))
        .selectFrom('suspended')
        .select('id'),
  );

const SUSPEND = {
  AGENT: suspend('AGENT', (id) => db.selectFrom('agents').select('id').where('id', '=', id)),
  SENDER: suspend('SENDER', (id) => db.selectFrom('senders').select('id').where('id', '=', id)),
} as const;

const RESUME = statement('resume', { id: 'uuid', kind: 'text', entries: GIVEN_ENTRIES }, ({ id, kind, entries }) =>
  db
    .with('resumed', (cte) =>
      cte
        .deleteFrom('suspensions')
        .where('subject_id', '=', id)
        .where('kind', '=', kind.$castTo<SuspendedKind>())
        .returning('subject_id as id'),
    )
    .with('noted', () => noteGiven(entries, isAny('resumed')))
    .with('detailed', () => detailGiven(entries, isAny('resumed')))
    .selectFrom('resumed')
    .select('id'),
);

const CALLED = { AGENT: 'agent', SENDER: 'sender' } as const;

const entryOf = (act: Act, kind: SuspendedKind, id: string, what: 'suspended' | 'resumed'): NewAuditEntry => ({
  type: `${CALLED[kind]}.${what}`,
  ...entryBy(act),
  subject: { kind: CALLED[kind], id },
  ...(kind === 'AGENT' ? { agentId: id } : { senderId: id }),
});

const AGENTS_WITH_CHANNEL = statement('suspended-agents-with-channel', { nodeId: 'text' }, ({ nodeId }) =>
  db
    .selectFrom('suspensions as s')
    .innerJoin('channels as c', 'c.agent_id', 's.subject_id')
    .select('s.subject_id as id')
    .distinct()
    .where('c.node_id', '=', nodeId),
);

export const createSuspensionStore = (database: Database): SuspensionStore => {
  const bySubjects = createReader(
    (ids) => database.run(BY_SUBJECTS, { ids }),
    ({ subjectId }: SuspensionRow) => subjectId,
  );
  const known = async (ids: readonly string[]) => {
    const rows = await bySubjects(ids.filter(isUuid));
    return new Map(rows.flatMap((row) => (row ? [[row.subjectId, toSuspension(row)] as const] : [])));
  };

  return {
    bySubjects: async (ids) => {
      const bySubject = await known(ids);
      return ids.map((id) => bySubject.get(id) ?? null);
    },

    suspend: async (kind, id, { reason, by, at }, act = ownAct(at)) => {
      if (!isUuid(id)) return false;
      const suspension = { subjectId: id, kind, reason, suspendedBy: by, createdAt: at };
      const entries = [toGiven(entryOf(act, kind, id, 'suspended'))];
      return (await database.run(SUSPEND[kind], { suspension, entries })).length === 1;
    },

    resume: async (kind, id, act = ownAct()) => {
      if (!isUuid(id)) return false;
      const entries = [toGiven(entryOf(act, kind, id, 'resumed'))];
      return (await database.run(RESUME, { id, kind, entries })).length === 1;
    },

    agentsWithChannel: async (nodeId) => (await database.run(AGENTS_WITH_CHANNEL, { nodeId })).map(({ id }) => id),
  };
};

const toSuspension = ({ reason, suspendedBy, createdAt }: SuspensionRow): Suspension => ({
  reason,
  by: suspendedBy,
  at: createdAt,
});
