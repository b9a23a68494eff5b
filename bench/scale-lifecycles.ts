import { Clients } from './clients/clients.ts';
import { percentile } from './percentiles.ts';
import type { Report } from './report.ts';
import type { Stand } from './stand.ts';
import { startOurs } from './system.ts';

const AGENTS = 8;
const LOAD = { workers: 16, thinkMs: 0 } as const;
const WARM_UP = { ...LOAD, lifecycles: 2_000 } as const;

/** What is compared, of what a run of clients measures. */
const COMPARED = ['lifecycles per second', 'server CPU (ms)', 'database CPU (ms)', 'whole p99 (ms)'] as const;
type Compared = Readonly<Record<(typeof COMPARED)[number], number>>;

const each = (figure: (name: keyof Compared) => number) =>
  Object.fromEntries(COMPARED.map((name) => [name, figure(name)])) as Compared;
const medians = (slices: readonly Compared[]) =>
  each((name) =>
    percentile(
      slices.map((slice) => slice[name]),
      50,
    ),
  );

/** Lifecycles beside the rows of the stand's database, and on an empty one of the same server, in alternating slices. */
export async function compareLifecycles(
  stand: Stand,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  report: Report,
): Promise<void> {
  const begin = async (databaseUrl: string) => {
    const system = await startOurs(stand, { nodes: 1, agents: AGENTS, databaseUrl });
    return { clients: await Clients.begin(system, { door: 'rest', isWaiting: false }), slices: [] as Compared[] };
  };
  const beside = await begin(stand.databaseUrl);
  const alone = await begin(await stand.createDatabase('empty'));
  const both = [beside, alone];
  for (const { clients } of both) await clients.run(WARM_UP);
  const ratios: Compared[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // In turn the first one, so that whatever the other leaves behind for it evens out.
    for (const { clients, slices } of round % 2 === 0 ? both : both.toReversed()) {
      slices.push(await clients.run({ ...LOAD, seconds }));
    }
    const [mine, other] = [beside.slices.at(-1), alone.slices.at(-1)];
    if (mine && other) ratios.push(each((name) => mine[name] / other[name]));
  }
  report.add('lifecycles beside the rows', medians(beside.slices));
  report.add('lifecycles on an empty database', medians(alone.slices));
  report.add('lifecycles: median ratio', medians(ratios));
  for (const { clients } of both) {
    report.violations(await clients.settle());
    await clients.end();
  }
}
