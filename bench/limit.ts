// Benchmark: how much of what pgbench does with the four statements of a lifecycle is left of whole lifecycles.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Clients } from './clients/clients.ts';
import { cpuMs, postgresPid } from './cpu.ts';
import { TABLES } from './peer/tables.ts';
import { percentile } from './percentiles.ts';
import { pgbenchRate } from './pgbench.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';
import { startOurs } from './system.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    /** Of each slice. */
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: '3000' },
    ...REPORT_OPTIONS,
  },
});
const workers = Number(values.workers);
const seconds = Number(values.seconds);

const report = new Report('limit', values);
const stand = await Stand.begin({ withRedis: false });
try {
  const databaseUrl = await stand.createDatabase('pgbench');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(TABLES);
  await client.end();
  const postgres = await postgresPid(databaseUrl);
  const ours = await startOurs(stand, { nodes: 1, agents: 8 });
  const clients = await Clients.begin(ours, { door: 'rest', isWaiting: false });
  await clients.run({ workers: 16, thinkMs: 0, lifecycles: Number(values['warm-up']) });

  const rates: { readonly ours: number; readonly pgbench: number }[] = [];
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    const before = cpuMs(postgres);
    const limit = await pgbenchRate(databaseUrl, { clients: workers, seconds });
    const databaseMs = (cpuMs(postgres) - before) / (limit * seconds);
    const run = await clients.run({ workers, thinkMs: 0, seconds });
    const rate = run['lifecycles per second'];
    rates.push({ ours: rate, pgbench: limit });
    report.add(`round ${round}`, {
      'ours, lifecycles per second': rate,
      'ours, database CPU (ms)': run['database CPU (ms)'],
      'pgbench, lifecycles per second': limit,
      'pgbench, database CPU (ms)': databaseMs,
      'ours / pgbench': rate / limit,
    });
  }
  const ratios = rates.map(({ ours, pgbench }) => ours / pgbench);
  report.add('median', { 'ours / pgbench': percentile(ratios, 50) });
  report.violations(await clients.settle());
  await clients.end();
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
