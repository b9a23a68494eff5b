import { type RawBuilder, sql } from 'kysely';
import type { DocumentStore, VersionedDocument } from '../../application/ports/document-store.ts';
import { noteFrom } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { FIRST_UUID } from '../id-pages.ts';
import { BY_PLATFORM, digestOf } from '../requests/request-notes.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** Ids tell when they were made, by the clock of the node that made them: clocks differ by less than that. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
/** Publications that wait for one another may have their ids the other way round, by no more than that. */
const PUBLICATIONS_WAIT_MS = 60_000;

const TABLES = { contract: 'capability_contracts', policies: 'policy_sets' } as const;

const crowdedAgents = (what: VersionedDocument) =>
  statement(
    `agents-with-many-versions-of-${what}`,
    { after: 'uuid', kept: 'int', limit: 'int' },
    ({ after, kept, limit }) =>
      db
        .selectFrom(TABLES[what])
        .select('agent_id as agentId')
        .where('agent_id', '>', after)
        .groupBy('agent_id')
        .having(sql<boolean>`count(*) > ${kept}`)
        .orderBy('agent_id')
        .limit(limit),
  );

/** The id that is made so many milliseconds before or after the one of that column, at its lowest or its highest. */
const idBeside = (id: RawBuilder<unknown>, ms: number, rest: '0' | 'f') => sql`(
  lpad(to_hex(('x' || left(replace(${id}::text, '-', ''), 12))::bit(48)::bigint + ${sql.lit(ms)}), 12, '0')
  || repeat(${sql.lit(rest)}, 20))::uuid`;

/** What refers to a version, by its id, and is kept. */
const HELD = {
  // Where a clock was ahead as it was made, as the id of its successor shows, ids do not tell which requests are of its time.
  // Open ones are looked at whenever they are from: their results are checked by it.
  contract: sql<boolean>`(
    ${idBeside(sql`v.next_id`, PUBLICATIONS_WAIT_MS, 'f')} < v.id
    or v.id in (select a.contract_id from approvals a where a.agent_id = v.agent_id)
    or v.id in (select r.contract_id from requests r where r.agent_id = v.agent_id and r.finished_at is null and r.contract_id is not null)
    or exists (
      select from requests r
      where r.agent_id = v.agent_id and r.contract_id = v.id
        and r.id between ${idBeside(sql`v.id`, -CLOCKS_DIFFER_MS, '0')} and ${idBeside(sql`v.next_id`, CLOCKS_DIFFER_MS, 'f')}
    )
  )`,
  policies: sql<boolean>`v.id in (select a.policy_set_id from approvals a where a.agent_id = v.agent_id)`,
};

/** The digest of its text, as it was when that was published. */
const DIGEST = {
  contract: digestOf('contract', sql`d.capabilities`),
  policies: digestOf('policies', sql`(d.default_action || ${sql.lit('\n')} || d.rules::text)`),
};

const TYPE = { contract: 'capabilities.expired', policies: 'policies.expired' } as const;
const SUBJECT = { contract: 'contract', policies: 'policy_set' } as const;

/** Looks at so many versions behind that one, which are older than those that are kept, and were replaced long ago. */
const expire = (what: VersionedDocument) =>
  statement(
    `expire-versions-of-${what}`,
    { agentId: 'uuid', after: 'int', kept: 'int', replacedBefore: 'timestamptz', at: 'timestamptz', limit: 'int' },
    ({ agentId, after, kept, replacedBefore, at, limit }) => {
      // Whatever the two tables have in common.
      const table = TABLES[what] as 'capability_contracts';
      const versions = sql<Version>`(
        select o.id, o.version, o.agent_id, n.id as next_id
        from ${sql.table(table)} o
        join lateral (
          select n.id, n.created_at from ${sql.table(table)} n
          where n.agent_id = o.agent_id and n.version > o.version order by n.version limit 1
        ) n on n.created_at < ${replacedBefore}
        where o.agent_id = ${agentId} and not o.is_active and o.version > ${after} and o.version <= (
          select k.version from ${sql.table(table)} k where k.agent_id = ${agentId}
          order by k.version desc offset ${kept} limit 1
        )
        order by o.version
        limit ${limit}
      )`;
      return db
        .with(
          (cte) => cte('old').materialized(),
          (cte) => cte.selectFrom(versions.as('v')).select(['v.id', 'v.version', HELD[what].as('isHeld')]),
        )
        .with('expired', (cte) =>
          cte
            .deleteFrom(`${table} as d`)
            .using('old')
            .whereRef('d.id', '=', 'old.id')
            .where('old.isHeld', '=', sql.lit(false))
            .returning(['d.id', 'd.agent_id as agentId', 'd.version', DIGEST[what].as('digest')]),
        )
        .with('noted', (cte) =>
          noteFrom(cte.selectFrom('expired as e'), {
            type: TYPE[what],
            at,
            actor: BY_PLATFORM,
            subject: { kind: SUBJECT[what], id: sql.ref('e.id') },
            agentId: sql.ref('e.agentId'),
            data: { version: sql.ref<number>('e.version'), digest: sql.ref<string>('e.digest') },
          }),
        )
        .selectFrom('old')
        .select([
          sql<number>`count(*)::int`.as('looked'),
          sql<number | null>`max(version)`.as('last'),
          sql<number>`(select count(*)::int from expired)`.as('expired'),
        ]);
    },
  );

type Version = { readonly id: string; readonly version: number };

const CROWDED = { contract: crowdedAgents('contract'), policies: crowdedAgents('policies') };
const EXPIRE = { contract: expire('contract'), policies: expire('policies') };

/** Ends what has been replaced by newer versions; see DocumentStore. */
export const createExpireVersions = (
  database: Database,
): Pick<DocumentStore, 'agentsWithMoreVersions' | 'expireVersions'> => ({
  agentsWithMoreVersions: async (what, { kept, after, limit }) =>
    (await database.run(CROWDED[what], { kept, after: after ?? FIRST_UUID, limit })).map(({ agentId }) => agentId),

  expireVersions: async (what, agentId, { after, limit, ...terms }) => {
    const [found] = await database.run(EXPIRE[what], { agentId, after: after ?? 0, limit, ...terms });
    const { looked = 0, last = null, expired = 0 } = found ?? {};
    return { expired, next: looked < limit ? null : last };
  },
});
