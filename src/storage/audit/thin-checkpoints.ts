import { sql } from 'kysely';
import type { AuditStore } from '../../application/ports/audit-store.ts';
import type { Database } from '../database.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { allowWork } from './refuse-change.ts';

const ALLOW_THIN = statement('audit-allow-thin', {}, () => db.selectNoFrom(allowWork('thin').as('work')));

const BEFORE = statement('audit-checkpoint-before', { kept: 'bigint' }, ({ kept }) =>
  db.selectFrom('audit_checkpoints as c').select('c.size').orderBy('c.size', 'desc').offset(kept).limit(1),
);

/** Several nodes may do it at once: the first of each span is what none of them deletes. */
const THIN = statement(
  'audit-thin-checkpoints',
  { after: 'bigint', upTo: 'bigint', span: 'bigint', max: 'int' },
  ({ after, upTo, span, max }) =>
    db
      .with('looked', () =>
        db
          .selectFrom('audit_checkpoints as c')
          .select(['c.size', sql<number>`c.size - c.size % ${span}`.as('from')])
          .where('c.size', '>', after)
          .where('c.size', '<=', upTo)
          .orderBy('c.size')
          .limit(max),
      )
      .with('gone', (cte) =>
        cte
          .deleteFrom('audit_checkpoints as c')
          .using('looked as l')
          .whereRef('c.size', '=', 'l.size')
          .where(({ exists }) =>
            exists(
              db
                .selectFrom('audit_checkpoints as k')
                .select('k.size')
                .where('k.size', '>=', sql.ref<number>('l.from'))
                .where('k.size', '<', sql.ref<number>('l.size')),
            ),
          )
          .returning('c.size'),
      )
      .selectFrom('looked')
      .select(sql<number | null>`max(size)`.as('last')),
);

/** How checkpoints become fewer (docs/decisions/0084). */
export const createThinCheckpoints = (
  database: Database,
): Pick<AuditStore, 'checkpointBefore' | 'thinCheckpoints'> => ({
  checkpointBefore: async (kept) => (await database.run(BEFORE, { kept }))[0]?.size ?? null,

  thinCheckpoints: (options) =>
    database.transaction('thin-audit-checkpoints', async (connection) => {
      await connection.run(ALLOW_THIN, {});
      const [row] = await connection.run(THIN, options);
      return row?.last ?? null;
    }),
});
