import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { searchWords } from '../../src/application/agents/agent-filter.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

let url: string;
let drop: () => Promise<void>;
let client: pg.Client;
beforeAll(async () => {
  ({ url, drop } = await createTestDatabase());
  client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    insert into agents (id, handle, display_name, description, created_at, updated_at)
    select gen_random_uuid(), 'agent.' || n, 'Agent ' || n, repeat(md5(n::text) || ' ', 10), now(), now()
    from generate_series(1, 5000) n`);
  await client.query('vacuum analyze agents');
});
afterAll(async () => {
  await client.end();
  await drop();
});

type Scans = { readonly searches: number; readonly whole: number; readonly walks: number };

/** What PostgreSQL did on the table: how often it used the index, read the whole of it, and rows that it walked over. */
async function scans(): Promise<Scans> {
  const { rows } = await client.query<Scans>(`
    select s.idx_scan::int as searches, t.seq_scan::int as whole, p.idx_tup_read::int as walks
    from pg_stat_user_tables t
      join pg_stat_user_indexes s on s.relid = t.relid and s.indexrelname = 'agents_search_index'
      join pg_stat_user_indexes p on p.relid = t.relid and p.indexrelname = 'agents_pkey'
    where t.relname = 'agents'`);
  const [row] = rows;
  if (row === undefined) throw new Error('There is no such index.');
  return row;
}

/** Runs the work with a storage of its own: what it did is known when its connections have ended. */
async function scansOf(work: (storage: Storage) => Promise<unknown>, searches: number): Promise<Scans> {
  const before = await scans();
  const storage = await createStorage({ link: createDatabaseLink(url), poolSize: 1, log: silentLog });
  await work(storage);
  await storage.close();
  return eventually(async () => {
    const after = await scans();
    expect(after.searches - before.searches).toBe(searches);
    return { searches, whole: after.whole - before.whole, walks: after.walks - before.walks };
  });
}

const filter = { words: searchWords('4711 AGENT') };

it('a search of the directory, and its count, look the words up in the index and read no whole table', async () => {
  const found = await scansOf(async ({ agents }) => {
    const page = await agents.list(filter, { limit: 20 });
    expect(page.rows.map(({ handle }) => handle)).toContain('agent.4711');
    expect(await page.totalCount()).toBeGreaterThanOrEqual(page.rows.length);
  }, 2);
  expect(found).toEqual({ searches: 2, whole: 0, walks: 0 });
});

it('so does a search of the administrators’ table', async () => {
  const since = new Date(0);
  const found = await scansOf(async ({ statistics }) => {
    const page = { since, orderBy: 'REQUESTS', descending: true, offset: 0, limit: 20 } as const;
    const { rows } = await statistics.agentSummaries({ ...page, filter });
    expect(rows.map(({ agent }) => agent.handle)).toContain('agent.4711');
  }, 1);
  expect(found).toEqual({ searches: 1, whole: 0, walks: 0 });
});

it('a heartbeat writes nothing to the index', async () => {
  await client.query('update agents set last_heartbeat_at = now() where handle like $1', ['agent.12%']);
  await client.query('vacuum agents');
  await client.query('select pg_stat_force_next_flush()');
  const hot = async () => {
    const { rows } = await client.query(
      `select n_tup_upd::int as written, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'agents'`,
    );
    return rows[0];
  };
  const before = await hot();
  await client.query('update agents set last_heartbeat_at = now() where handle = $1', ['agent.1200']);
  await client.query('select pg_stat_force_next_flush()');
  expect(await hot()).toEqual({ written: before.written + 1, hot: before.hot + 1 });
});
