// Benchmark: lists and figures with a million finished requests, or five.
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { OverviewQuery } from '../admin-ui/src/generated/graphql.ts';
import { registerAgent, registerSender } from '../agent-sdk/src/index.ts';
import type { StatisticsStore } from '../src/application/ports/statistics-store.ts';
import { createDatabaseLink } from '../src/postgres/database-link.ts';
import { createStorage } from '../src/storage/create-storage.ts';
import { cpuMs, postgresPid } from './cpu.ts';
import { DAYS, fillRequests } from './fill-requests.ts';
import { percentile } from './percentiles.ts';
import { type Figures, REPORT_OPTIONS, Report } from './report.ts';
import { compareLifecycles } from './scale-lifecycles.ts';
import { createReads, type Reads } from './scale-reads.ts';
import { Stand, silentLog } from './stand.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    /** How often each is read. */
    runs: { type: 'string', default: '9' },
    /** Slices of lifecycles beside the rows, and as many on an empty database. */
    rounds: { type: 'string', default: '5' },
    /** Of each slice. */
    seconds: { type: 'string', default: '4' },
    ...REPORT_OPTIONS,
  },
});
const rows = Number(values.rows);
const runs = Number(values.runs);
const ADMIN_PASSWORD = 'for the benchmark';

const SLOW_MS = 2_000;
/** As many as the maintenance task forgets with one statement. */
const FORGOTTEN_AT_ONCE = 1_000;
/** As the maintenance task summarises. */
const SUMMARISED_AT_ONCE = 40;
const SETTLED_AFTER_MS = 15 * 60_000;

const report = new Report('scale', values);
const stand = await Stand.begin({ withRedis: false });
try {
  const node = await stand.startNode('node', { ADMIN_PASSWORD, REQUEST_RETENTION_DAYS: '365' });
  const { url } = node;
  const agent = await registerAgent({ url, handle: 'bench.heavy', displayName: 'Asked more than others' });
  const sender = await registerSender({ url, displayName: 'Asks more than others' });
  const heavy = {
    agentId: agent.agent.id,
    handle: agent.agent.handle,
    agentKey: agent.apiKey,
    senderId: sender.sender.id,
    senderKey: sender.apiKey,
  };
  const filling = performance.now();
  console.log(`filling ${rows} requests`);
  const sizes = await fillRequests(stand.databaseUrl, rows, heavy);
  console.log(`${rows} requests, ${sizes}, filled in ${Math.round((performance.now() - filling) / 1_000)} s`);

  const databasePid = await postgresPid(stand.databaseUrl);
  const used = () => ({ node: cpuMs(node.pid()), database: cpuMs(databasePid) });
  const measured = (read: () => Promise<unknown>) => measure(read, used);
  const reads = await createReads({ url, adminPassword: ADMIN_PASSWORD, heavy });
  await using storage = await disposableStorage();
  const { requests, statistics } = storage;
  console.log('reading, summarising, and reading again');
  report.add('overview, 90 days, nothing summarised', await measured(() => wholeOverview(reads)));
  report.add('summarising', { 'seconds in all': await summarise(statistics) });
  for (const [name, read] of Object.entries(reads)) report.add(name, await measured(read));
  report.violations({ 'requests that the overview counts otherwise than the table': await miscounted(reads) });
  report.add(
    'forgetting: finds nothing',
    await measured(() => requests.forgetFinished(new Date(0), FORGOTTEN_AT_ONCE)),
  );
  report.add('forgetting: a thousand', await measured(() => requests.forgetFinished(new Date(), FORGOTTEN_AT_ONCE)));
  await node.stop();
  console.log('lifecycles');
  await compareLifecycles(stand, { rounds: Number(values.rounds), seconds: Number(values.seconds) }, report);
} finally {
  await stand.end();
}
await report.end();

/** Processor time, in milliseconds, of each of what serves. */
type Used = () => { readonly node: number; readonly database: number };

/** What takes seconds is read less often, and what fails is said to. */
async function measure(read: () => Promise<unknown>, used: Used): Promise<Figures> {
  const begun = performance.now();
  try {
    await read();
  } catch (error) {
    return { 'p50 (ms)': 'failed', 'first (ms)': performance.now() - begun, why: String(error).slice(0, 80) };
  }
  const firstMs = performance.now() - begun;
  const count = firstMs > SLOW_MS ? 1 : runs;
  const before = used();
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    const started = performance.now();
    await read();
    times.push(performance.now() - started);
  }
  const after = used();
  return {
    'p50 (ms)': percentile(times, 50),
    'most (ms)': Math.max(...times),
    'first (ms)': firstMs,
    'CPU of the node (ms)': (after.node - before.node) / count,
    'of the database (ms)': (after.database - before.database) / count,
  };
}

/** As the maintenance task does it, in one go. Answers the seconds that it takes. */
async function summarise(statistics: StatisticsStore): Promise<number> {
  const begun = performance.now();
  const from = new Date(Date.now() - DAYS * 24 * 60 * 60 * 1_000);
  let until: Date | null = new Date(Date.now() - SETTLED_AFTER_MS);
  while (until !== null) until = await statistics.summarise(from, until, SUMMARISED_AT_ONCE);
  return (performance.now() - begun) / 1_000;
}

function wholeOverview(reads: Reads): Promise<unknown> {
  const read = reads['overview, 90 days'];
  if (read === undefined) throw new Error('nothing to compare');
  return read();
}

/** Of the last 90 days, over all buckets and statuses. */
async function miscounted(reads: Reads): Promise<number> {
  const { buckets } = (await wholeOverview(reads)) as OverviewQuery['overview'];
  const client = new pg.Client({ connectionString: stand.databaseUrl });
  await client.connect();
  const { rows: counted } = await client.query<{ count: number }>(
    'select count(*)::int as count from requests where created_at >= $1',
    [buckets[0]?.from],
  );
  await client.end();
  const told = buckets.flatMap(({ byStatus }) => byStatus).reduce((sum, { count }) => sum + count, 0);
  return Math.abs(told - (counted[0]?.count ?? 0));
}

async function disposableStorage() {
  const storage = await createStorage({ link: createDatabaseLink(stand.databaseUrl), poolSize: 1, log: silentLog });
  return { ...storage, [Symbol.asyncDispose]: storage.close };
}
