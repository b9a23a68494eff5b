// Benchmark: how long a search of the directory, its count and the administrators' table take, by what makes a search dear.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { searchWords } from '../src/application/agents/agent-filter.ts';
import { createDatabaseLink } from '../src/postgres/database-link.ts';
import { createStorage } from '../src/storage/create-storage.ts';
import { migrateDatabase } from '../src/storage/schema/prepare-database.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand, silentLog } from './stand.ts';

const { values: options } = parseArgs({
  options: {
    agents: { type: 'string', default: '50000' },
    /** Characters of each description, 2,000 at most. */
    description: { type: 'string', default: '300' },
    ...REPORT_OPTIONS,
  },
});

/** Agents whose descriptions are of words that all of them share, between words that no other has. */
const INSERT = `
  insert into agents (id, handle, display_name, description, created_at, updated_at)
  select lpad(to_hex(n), 32, '0')::uuid, 'agent.' || n, 'Agent number ' || n,
    left((select string_agg(md5(n || ':' || k) || ' an ordinary word', ' ') from generate_series(1, 41) k), $2::int), now(), now()
  from generate_series(1, $1::int) n`;

/** By what makes them dear: none, rare and common words, words that no index knows, and as many as there may be. */
const SEARCHES = {
  'no search': '',
  'one rare word': 'number4711',
  'a rare and a common word': 'ordinary 49999',
  'a common word': 'ordinary',
  'common words that never meet': 'ordinary d00d f00d beef cafe babe face fade decade facade',
  'ten words in every agent': 'ordinary rdinar agent number word ordin dinary gent numb umber',
  'two letters that are nowhere': 'qz',
  'ten single letters': 'a e i o n r d w u b',
};

const report = new Report('agent-search', options);
const stand = await Stand.begin({ withRedis: false });
try {
  const link = createDatabaseLink(stand.databaseUrl);
  await migrateDatabase({ link, nodeTimeoutMs: 10_000, log: silentLog });
  const storage = await createStorage({ link, poolSize: 4, log: silentLog });
  const client = new pg.Client({ connectionString: stand.databaseUrl });
  await client.connect();
  const filled = performance.now();
  // As an index grows row by row, 50,000 rows take many minutes.
  const { rows: indexes } = await client.query("select pg_get_indexdef('agents_search_index'::regclass) as text");
  await client.query('drop index agents_search_index');
  await client.query(INSERT, [Number(options.agents), Number(options.description)]);
  await client.query(indexes[0].text);
  await client.query('vacuum analyze agents');
  const { rows } = await client.query(`select pg_size_pretty(pg_table_size('agents')) as table_size,
    pg_size_pretty(pg_indexes_size('agents')) as index_size`);
  await client.end();
  console.log(
    `${options.agents} agents, descriptions of ${options.description} characters, stored in ${Math.round(performance.now() - filled)} ms`,
    rows[0],
  );
  for (const [name, search] of Object.entries(SEARCHES)) {
    const filter = { words: searchWords(search) };
    const page = await timed(() => storage.agents.list(filter, { limit: 20 }));
    const count = await timed(() => page.answer?.totalCount() ?? Promise.resolve(0));
    const admin = await timed(() =>
      storage.statistics.agentSummaries({
        filter,
        since: new Date(0),
        orderBy: 'NEWEST',
        descending: true,
        offset: 0,
        limit: 20,
      }),
    );
    report.add(name, {
      found: count.answer ?? 'timed out',
      'page (ms)': page.ms,
      'count (ms)': count.ms,
      'admin table (ms)': admin.ms,
    });
  }
  await report.end(stand.databaseUrl);
  await storage.close();
} finally {
  await stand.end();
}

async function timed<Answer>(
  run: () => Promise<Answer>,
): Promise<{ readonly answer: Answer | null; readonly ms: number }> {
  const started = performance.now();
  const answer = await run().catch(() => null);
  return { answer, ms: performance.now() - started };
}
