// Benchmark: ours against a hand-written server of the same protocol, in alternating slices on the same PostgreSQL.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Clients } from './clients/clients.ts';
import type { Load } from './clients/messages.ts';
import { percentile } from './percentiles.ts';
import { type Figures, REPORT_OPTIONS, Report } from './report.ts';
import { busOf, Stand } from './stand.ts';
import { startOurs, startPeer } from './system.ts';

const { values } = parseArgs({
  options: {
    /** WORKERS, or WORKERS+MS: agents that think so long. */
    case: { type: 'string', multiple: true, default: ['32', '1', '32+20'] },
    rounds: { type: 'string', default: '5' },
    /** Of each slice. */
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: '3000' },
    /** Ours; the peer is always one process. */
    nodes: { type: 'string', default: '1' },
    bus: { type: 'string', default: 'postgres' },
    /** A file of ratios; exits with 1 when one of them has become worse by more than a fifth. */
    check: { type: 'string' },
    ...REPORT_OPTIONS,
  },
});
const AGENTS = 8;
const WARM_UP_WORKERS = 16;
/** What is compared, of what a run of clients measures. */
const COMPARED = [
  'lifecycles per second',
  'server CPU (ms)',
  'database CPU (ms)',
  'whole p99 (ms)',
  'reads per lifecycle',
] as const;
type Compared = Readonly<Record<(typeof COMPARED)[number], number>>;
/** The one figure that is better when it is higher. */
const RATE: keyof Compared = 'lifecycles per second';
const TOLERANCE = 1.2;

const nameOf = ({ workers, thinkMs }: Load) =>
  `${workers} ${workers === 1 ? 'worker' : 'workers'}${thinkMs === 0 ? '' : `, agents that think ${thinkMs} ms`}`;
const loads = values.case.map((text): Load => {
  const [workers = Number.NaN, thinkMs = 0] = text.split('+').map(Number);
  return { workers, thinkMs, seconds: Number(values.seconds) };
});
const each = (figure: (name: keyof Compared) => number) =>
  Object.fromEntries(COMPARED.map((name) => [name, figure(name)])) as Compared;
const median = (runs: readonly Compared[]) =>
  each((name) =>
    percentile(
      runs.map((run) => run[name]),
      50,
    ),
  );

const report = new Report('peer', values);
const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const systems = [
    await startOurs(stand, { nodes: Number(values.nodes), agents: AGENTS }),
    await startPeer(stand, { agents: AGENTS }),
  ];
  const all: Clients[] = [];
  for (const system of systems) all.push(await Clients.begin(system, { door: 'rest', isWaiting: false }));
  const [ours, peer] = all;
  if (!ours || !peer) throw new Error('two systems are compared');
  for (const clients of all) {
    await clients.run({ workers: WARM_UP_WORKERS, thinkMs: 0, lifecycles: Number(values['warm-up']) });
  }
  const ratios: Record<string, Compared> = {};
  for (const load of loads) {
    const runs = new Map<Clients, Compared[]>([
      [ours, []],
      [peer, []],
    ]);
    const rounds: Compared[] = [];
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      // In turn the first one, so that whatever the other leaves behind for it evens out.
      for (const clients of round % 2 === 1 ? [ours, peer] : [peer, ours]) {
        const figures = await clients.run(load);
        runs.get(clients)?.push(each((name) => figures[name]));
      }
      const [mine, theirs] = [runs.get(ours)?.at(-1), runs.get(peer)?.at(-1)];
      if (mine && theirs) rounds.push(each((name) => mine[name] / theirs[name]));
    }
    const name = nameOf(load);
    report.add(`${name}: ours`, median(runs.get(ours) ?? []));
    report.add(`${name}: peer`, median(runs.get(peer) ?? []));
    for (const [at, ratio] of rounds.entries()) report.add(`${name}: ratio, round ${at + 1}`, ratio);
    ratios[name] = median(rounds);
    report.add(`${name}: ratio, median`, ratios[name]);
  }
  for (const clients of all) {
    report.violations(await clients.settle());
    await clients.end();
  }
  if (values.check !== undefined) report.violations(worseThan(readRatios(values.check), ratios));
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}

type Ratios = Readonly<Record<string, Figures>>;

function readRatios(file: string): Ratios {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The stated ratios that were measured here, and whether they have become worse by more than the tolerance. */
function worseThan(stated: Ratios, measured: Ratios): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, figures] of Object.entries(stated)) {
    for (const [figure, value] of Object.entries(figures)) {
      const now = Number(measured[name]?.[figure]);
      const isWorse = figure === RATE ? now < Number(value) / TOLERANCE : !(now <= Number(value) * TOLERANCE);
      found[`${name}, ${figure}: ${now.toFixed(2)} of the peer's, stated ${value}`] = isWorse ? 1 : 0;
    }
  }
  return found;
}
