// Benchmark: what a sender that floods one agent costs the senders and agents that have nothing to do with it.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ClientProcess } from './clients/client-process.ts';
import { Clients } from './clients/clients.ts';
import type { FloodFigures, FloodOrder, FloodTask } from './clients/messages.ts';
import { ask } from './parties.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';
import { startOurs } from './system.ts';

const { values } = parseArgs({
  options: {
    /** Of the flood. */
    requests: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '256' },
    /** Those of the others: each has one request open at a time. */
    workers: { type: 'string', default: '4' },
    /** How long they are watched without the flood; with it, for as long as it takes. */
    seconds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2000' },
    ...REPORT_OPTIONS,
  },
});
const ACTION = 'bench.flooded';
const SENDER_MAIN = fileURLToPath(new URL('./clients/flooding-sender.ts', import.meta.url));
/** An eighth of QUEUED_REQUESTS_PER_AGENT_MAX: all others are refused. */
const SENDER_QUEUED_MAX = 125;
/** Lifecycles that the others begin at a time, until the flood is over. */
const SLICE_SECONDS = 1;

const workers = Number(values.workers);
const report = new Report('flood', values);
const stand = await Stand.begin({ withRedis: false });
try {
  const system = await startOurs(stand, {
    nodes: 1,
    agents: 8,
    settings: { RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '10000000' },
  });
  const [url = ''] = system.urls;
  const clients = await Clients.begin(system, { door: 'rest', isWaiting: false });
  await clients.run({ workers: 16, thinkMs: 0, lifecycles: Number(values['warm-up']) });
  const sender = await beginFlood(url);

  const quiet = await clients.run({ workers, thinkMs: 0, seconds: Number(values.seconds) });
  report.add('without the flood', quiet);

  const before = system.cpu();
  const flood = { figures: null as FloodFigures | null };
  const flooding = sender.give({ requests: Number(values.requests) }).then((figures) => {
    flood.figures = figures;
  });
  const slices: (typeof quiet)[] = [];
  while (flood.figures === null) slices.push(await clients.run({ workers, thinkMs: 0, seconds: SLICE_SECONDS }));
  await flooding;
  const after = system.cpu();
  const others = slices.reduce((sum, slice) => sum + slice['lifecycles per second'] * SLICE_SECONDS, 0);
  const typical = slices.toSorted((a, b) => a['whole p50 (ms)'] - b['whole p50 (ms)'])[Math.floor(slices.length / 2)];
  const { seconds = 0, answered = {} } = flood.figures ?? {};
  report.add('with the flood, median second', { ...typical });
  const [queued = 0, refused = 0] = [answered[202], answered[429]];
  /** Of one flooding request, without what the others took. */
  const ofOne = (what: 'server' | 'database', ofOther: number) =>
    (after[what] - before[what] - others * ofOther) / Number(values.requests);
  report.add('the flood', {
    'seconds it took': seconds,
    queued,
    refused,
    'server CPU (ms)': ofOne('server', quiet['server CPU (ms)']),
    'database CPU (ms)': ofOne('database', quiet['database CPU (ms)']),
  });
  report.violations({
    ...(await clients.settle()),
    'wrong: flooding requests that were answered otherwise': Number(values.requests) - queued - refused,
    'wrong: more requests queued than one sender may have': Math.max(0, queued - SENDER_QUEUED_MAX),
  });
  await sender.end();
  await clients.end();
  await report.end(system.databaseUrl);
} finally {
  await stand.end();
}

/** A sender and an agent of its own, which is away. */
async function beginFlood(url: string): Promise<ClientProcess<FloodOrder, FloodFigures>> {
  const { api_key: apiKey } = await ask(url, 'POST', '/v1/senders', { display_name: 'Flooding sender' });
  const handle = `flooded.${randomBytes(6).toString('hex')}`;
  const agent = await ask(url, 'POST', '/v1/agents', { handle, display_name: 'Flooded agent' });
  const capabilities = [{ action: ACTION, description: 'Takes anything.', params_schema: { type: 'object' } }];
  await ask(url, 'PUT', `/v1/agents/${agent.id}/capabilities`, { capabilities }, agent.api_key);
  const task: FloodTask = { url, handle, action: ACTION, apiKey, connections: Number(values.connections) };
  return ClientProcess.begin(SENDER_MAIN, task);
}
