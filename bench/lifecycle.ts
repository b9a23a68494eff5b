// Benchmark: whole lifecycles: submitted, decided, delivered, acked, completed, and read by the sender; over either door.
import { parseArgs } from 'node:util';
import { Clients } from './clients/clients.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf, Stand } from './stand.ts';
import { startOurs } from './system.ts';

const { values } = parseArgs({
  options: {
    /** rest: REST and the raw WebSocket; graphql: GraphQL over HTTP and graphql-transport-ws. */
    door: { type: 'string', default: 'rest' },
    agents: { type: 'string', default: '8' },
    /** A run for each number of workers, each of which has one request open at a time. */
    workers: { type: 'string', default: '1,8,32' },
    /** Milliseconds between an agent's ack and its result. */
    think: { type: 'string', default: '0' },
    /** Senders ask for the outcome with `Prefer: wait`, instead of reading until it is there. REST only. */
    wait: { type: 'boolean', default: false },
    /** Workers and agents take turns on the nodes, so that half of the requests go from one to the other. */
    nodes: { type: 'string', default: '1' },
    /** The agents' contracts have a schema of the result. */
    checked: { type: 'boolean', default: false },
    bus: { type: 'string', default: 'postgres' },
    'warm-up': { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '8' },
    /** A folder for the nodes' CPU profiles. */
    profile: { type: 'string' },
    ...REPORT_OPTIONS,
  },
});
const { door } = values;
if (door !== 'rest' && door !== 'graphql') throw new Error('--door is rest or graphql');
if (values.wait && door !== 'rest') throw new Error('--wait is for REST');
const WARM_UP_WORKERS = 16;

const report = new Report('lifecycle', values);
const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const settings = values.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
  const system = await startOurs(stand, {
    nodes: Number(values.nodes),
    agents: Number(values.agents),
    settings,
    areResultsChecked: values.checked,
  });
  const clients = await Clients.begin(system, { door, isWaiting: values.wait });
  const thinkMs = Number(values.think);
  await clients.run({ workers: WARM_UP_WORKERS, thinkMs: 0, lifecycles: Number(values['warm-up']) });
  for (const workers of values.workers.split(',').map(Number)) {
    report.add(`${workers} workers`, await clients.run({ workers, thinkMs, seconds: Number(values.seconds) }));
    report.add(`${workers} workers`, { 'peak memory of a node (MiB)': system.peakMemoryMiB() });
  }
  report.violations(await clients.settle());
  await clients.end();
  await report.end(system.databaseUrl);
} finally {
  await stand.end();
}
