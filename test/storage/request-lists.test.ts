import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageQuery } from '../../src/application/ports/page.ts';
import type { RequestFilter } from '../../src/application/ports/request-store.ts';
import { type ChangeKey, changeKeyText } from '../../src/domain/request.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

const ROWS = 101_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const START = new Date('2026-10-01T00:00:00.000Z');
const at = (days: number) => new Date(START.getTime() + days * DAY_MS);

const AGENT = '00000000-0000-7000-8000-000000000001';
/** Nobody asks it anything. */
const IDLE = '00000000-0000-7000-8000-000000000002';
const SENDER = '00000000-0000-7000-9000-000000000001';

/**
 * Requests of thirty days, in the order of time: a fifth of them to the agent, then a fifth by the sender, the last hundred
 * open. Clocks of old were off: the id of each says two seconds more, or less, than when it was submitted.
 */
const FILL = `
  alter index requests_created_at_index set (autosummarize = off);
  insert into agents (id, handle, display_name, created_at, updated_at) values ('${AGENT}', 'busy', 'An agent', now(), now());
  insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries, revision,
      created_at, updated_at, expires_at, finished_at)
    select (lpad(to_hex((extract(epoch from submitted) * 1000)::bigint + 2000 * (1 - 2 * (n % 2))), 12, '0')
        || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid,
      case when n > ${ROWS} - 100 then 'PENDING' else 'COMPLETED' end, 'common', '{}',
      case when n between 60001 and 80000 then 'busy' else 'other' end,
      case when n between 60001 and 80000 then '${AGENT}'::uuid else gen_random_uuid() end,
      case when n > 80000 then '${SENDER}'::uuid else gen_random_uuid() end,
      '[]', 1, '[]', 1, submitted, submitted, submitted, case when n <= ${ROWS} - 100 then submitted end
    from generate_series(1, ${ROWS}) n, lateral (
      select date_trunc('milliseconds', timestamptz '${START.toISOString()}' + n * interval '30 days' / ${ROWS})) t (submitted)`;

describe('a list of many requests', () => {
  let url: string;
  let drop: () => Promise<void>;
  let client: pg.Client;
  beforeAll(async () => {
    ({ url, drop } = await createTestDatabase());
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(FILL);
    await client.query('vacuum (analyze) requests');
  });
  afterAll(async () => {
    await client.end();
    await drop();
  });

  /** What was read of the table so far: whole scans, entries of its indexes, and rows. Others tell when they end. */
  async function readSoFar() {
    await client.query('select pg_stat_force_next_flush()');
    const { rows } = await client.query<Record<'scans' | 'entries' | 'rows', number>>(`
      select seq_scan::int as scans, idx_tup_fetch::int as rows,
        (select sum(idx_tup_read)::int from pg_stat_user_indexes where relname = 'requests') as entries
      from pg_stat_user_tables where relname = 'requests'`);
    return rows[0] ?? { scans: 0, entries: 0, rows: 0 };
  }

  /** The work on a storage of its own, and what it read. */
  async function reading<Answer>(work: (storage: Storage) => Promise<Answer>) {
    const before = await readSoFar();
    const storage = await createStorage({ link: createDatabaseLink(url), poolSize: 1, log: silentLog });
    const answer = await work(storage).finally(() => storage.close());
    const after = await readSoFar();
    return {
      answer,
      scans: after.scans - before.scans,
      entries: after.entries - before.entries,
      rows: after.rows - before.rows,
    };
  }

  const summariesOf = (filter: RequestFilter, query: Partial<PageQuery> = {}) =>
    reading(async ({ requests }) => {
      const page = await requests.listSummaries(filter, { limit: 20, ...query });
      return { ids: page.rows, total: await page.totalCount(), isExact: (await page.isTotalCountExact?.()) ?? true };
    });

  const someDays = { submittedFrom: at(20), submittedBefore: at(26) };
  const inSomeDays = `created_at >= '${at(20).toISOString()}' and created_at < '${at(26).toISOString()}'`;

  it.each<[string, RequestFilter, string]>([
    ['all of them', {}, 'true'],
    ["an agent's", { agentId: AGENT }, `agent_id = '${AGENT}'`],
    ["several agents'", { agentIds: [AGENT, IDLE] }, `agent_id = '${AGENT}'`],
    ["a sender's", { senderId: SENDER }, `sender_id = '${SENDER}'`],
    ['those to a handle', { handle: 'busy' }, `handle = 'busy'`],
    ['those of some days', someDays, inSomeDays],
    [
      "several agents' of some days",
      { agentIds: [AGENT, IDLE], ...someDays },
      `agent_id = '${AGENT}' and ${inSomeDays}`,
    ],
    ["an agent's of some days", { agentId: AGENT, ...someDays }, `agent_id = '${AGENT}' and ${inSomeDays}`],
    ["a sender's of some days", { senderId: SENDER, ...someDays }, `sender_id = '${SENDER}' and ${inSomeDays}`],
  ])('of %s reads no more rows than it shows, and counts by the index', async (_what, filter, where) => {
    const { rows: counted } = await client.query<{ n: number }>(
      `select count(*)::int as n from requests where ${where}`,
    );
    const count = counted[0]?.n ?? 0;
    const first = await summariesOf(filter);
    expect(first.answer.ids).toHaveLength(20);
    expect(first.answer).toMatchObject({ total: Math.min(count, 100_000), isExact: count <= 100_000 });
    const after = first.answer.ids[2]?.id ?? '';
    for (const { scans, entries, rows } of [first, await summariesOf(filter, { after })]) {
      expect(scans).toBe(0);
      expect(entries).toBeGreaterThan(0);
      expect(entries).toBeLessThan(101_000);
      expect(rows).toBeLessThan(200);
    }
  });

  it.each<[string, RequestFilter]>([
    ['in a state', { statuses: ['FAILED'] }],
    ['of an action', { action: 'rare' }],
    ['of some days in a state', { ...someDays, statuses: ['FAILED'] }],
    ["several agents' in a state", { agentIds: [AGENT, IDLE], statuses: ['FAILED'] }],
    ["an agent's in a state", { agentId: AGENT, statuses: ['FAILED'] }],
    ["a sender's to an agent", { senderId: SENDER, agentId: AGENT }],
    ["a sender's of some days to a handle", { ...someDays, senderId: SENDER, handle: 'busy' }],
  ])(
    '%s, of which there are none, looks at 10,000 for the page and at as many for the count',
    async (_what, filter) => {
      for (const query of [{}, { fromEnd: true }]) {
        const { answer, scans, entries, rows } = await summariesOf(filter, query);
        expect(answer).toMatchObject({ ids: [], total: 0 });
        expect(scans).toBe(0);
        expect(entries).toBeGreaterThan(0);
        expect(entries).toBeLessThan(41_000);
        expect(rows).toBeLessThan(21_000);
      }
    },
  );

  it("a sender's by change reads those that are open, and of those that have ended no more than it shows", async () => {
    const { rows: all } = await client.query<{ id: string; at: Date }>(
      `select id, updated_at as at from requests where sender_id = '${SENDER}' order by updated_at desc, id desc limit 300`,
    );
    let after: string | undefined;
    for (let from = 0; from < 300; from += 60) {
      const { answer, scans, entries, rows } = await reading(async ({ requests }) => {
        const page = await requests.listSummariesByChange(
          { senderId: SENDER },
          { limit: 60, ...(after !== undefined && { after }) },
        );
        return page.rows;
      });
      expect(answer.map(({ id }) => id)).toEqual(all.slice(from, from + 60).map(({ id }) => id));
      after = changeKeyText(answer.at(-1) as ChangeKey);
      expect(scans).toBe(0);
      expect(entries).toBeLessThan(500);
      expect(rows).toBeLessThan(500);
    }
  });

  it("a sender's by change in a state, of which there are none, looks at 10,000 of those that have ended, and goes on", async () => {
    const filter = { senderId: SENDER, statuses: ['FAILED'] } as const;
    let [after, pages]: [string | undefined, number] = [undefined, 0];
    do {
      const { answer, scans, rows } = await reading(({ requests }) =>
        requests.listByChange(filter, { limit: 20, ...(after !== undefined && { after }) }),
      );
      expect(answer.rows).toEqual([]);
      expect(scans).toBe(0);
      expect(rows).toBeLessThan(31_000);
      after = answer.lookedAtUpTo;
      pages += 1;
    } while (after !== undefined);
    expect(pages).toBe(3);
  });

  it('of agents that nobody asks anything reads nothing of what others are asked', async () => {
    const { answer, scans, entries, rows } = await summariesOf({ agentIds: [IDLE, SENDER] });
    expect(answer).toMatchObject({ ids: [], total: 0, isExact: true });
    expect(scans).toBe(0);
    // Where the indexes' parts begin.
    expect(entries).toBeLessThan(20);
    expect(rows).toBe(0);
  });

  it('of open ones reads those that are open', async () => {
    const { answer, scans, rows } = await summariesOf({ statuses: ['PENDING', 'DISPATCHED', 'ACKED'] });
    expect(answer).toMatchObject({ total: 100, isExact: true });
    expect(scans).toBe(0);
    expect(rows).toBeLessThan(400);
  });

  it('of what is open, as metrics count it, reads that and no more than is to be looked at', async () => {
    const { answer, scans, rows } = await reading(({ openRequests }) => openRequests(50_000));
    expect(answer.counts).toEqual({ PENDING: 100, AWAITING_APPROVAL: 0, DISPATCHED: 0, ACKED: 0 });
    expect(answer.oldestPendingAt?.getTime()).toBeGreaterThan(at(29).getTime());
    expect(scans).toBe(0);
    expect(rows).toBeLessThan(400);
    const some = await reading(({ openRequests }) => openRequests(10));
    expect(some.answer.counts.PENDING).toBe(10);
    expect(some.rows).toBeLessThan(100);
  });

  it('of a span of time is of those that were submitted in it, whatever their ids say', async () => {
    for (const [from, before] of [
      [at(3), at(3.001)],
      [at(3), new Date(at(3).getTime() + 1)],
    ] as const) {
      const { rows: expected } = await client.query<{ id: string }>(
        'select id from requests where created_at >= $1 and created_at < $2 order by id desc',
        [from, before],
      );
      const { answer } = await summariesOf({ submittedFrom: from, submittedBefore: before });
      expect(answer.ids.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      expect(answer).toMatchObject({ total: expected.length, isExact: true });
    }
  });

  it('of just as many as are counted is counted exactly, though more were submitted a moment before', async () => {
    const { rows: others } = await client.query<{ at: Date }>(
      'select created_at as at from requests order by created_at limit 1 offset $1',
      [ROWS - 100_001],
    );
    const { answer } = await summariesOf({ submittedFrom: new Date((others[0]?.at.getTime() ?? 0) + 1) });
    expect(answer).toMatchObject({ total: 100_000, isExact: true });
  });
});
