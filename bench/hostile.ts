// Benchmark: what honest senders and agents, /health and memory are like under each attack, under all at once, and without any.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ATTACKS } from './hostile/attacks.ts';
import { BARS, HostileStand, type Measured } from './hostile/hostile-stand.ts';
import { REPORT_OPTIONS, Report } from './report.ts';

const { values } = parseArgs({
  options: {
    /** Where each attack comes from: one address, or ten of as many networks. */
    addresses: { type: 'string', default: '1' },
    /** Only these, each alone; `all` is all of them at once. */
    attack: { type: 'string', multiple: true },
    /** Of each attack; quiet is measured for twice as long. */
    seconds: { type: 'string', default: '10' },
    /** Lifecycles that honest senders begin in a second. */
    rate: { type: 'string', default: '20' },
    /** How far attackers stand back for the server where processors are short, as `nice` has it. */
    nice: { type: 'string', default: '19' },
    /** A checkout of another commit, whose node is measured as well, before this one's. */
    before: { type: 'string' },
    /** The attackers have a node and a database of their own on the same machine: what the machine costs the honest ones by itself. */
    apart: { type: 'boolean', default: false },
    /** Quiet and all at once, in about half a minute. */
    short: { type: 'boolean', default: false },
    /** Exits with 1 beyond the bars. */
    check: { type: 'boolean', default: false },
    /** A folder for the node's CPU profile. */
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    ...REPORT_OPTIONS,
  },
});
const ALL = 'all at once';
if (values.help) {
  console.log(`Usage: npm run bench -- hostile [--addresses 1] [--attack NAME]… [--seconds 10] [--rate 20] [--nice 19]
       [--apart] [--before FOLDER] [--short] [--check] [--profile FOLDER] [--json FILE]

--apart gives the attackers a node and a database of their own: what it costs the honest ones to share a machine with that.
--check exits with 1 where an honest p99 is more than ${BARS.slower} × the quiet one, /health takes more than ${BARS.healthMs} ms, memory
is more than ${BARS.memoryMiB} MiB over the quiet one, or an honest request is lost or refused.
`);
  for (const { name, about } of ATTACKS) console.log(`  ${name.padEnd(20)} ${about}`);
  console.log(`  ${'all'.padEnd(20)} all of them at once`);
  process.exit(0);
}
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const seconds = values.short ? 8 : Number(values.seconds);
const chosen = values.attack ?? (values.short ? ['all'] : [...ATTACKS.map(({ name }) => name), 'all']);
const rounds = chosen.map((name) => {
  const attacks = name === 'all' ? ATTACKS : ATTACKS.filter((attack) => attack.name === name);
  if (attacks.length === 0) throw new Error(`there is no attack ${name}`);
  return { name: name === 'all' ? ALL : name, attacks };
});

const report = new Report('hostile', values);
const trees = [...(values.before === undefined ? [] : [values.before]), fileURLToPath(new URL('..', import.meta.url))];
for (const [at, tree] of trees.entries()) await measure(tree, at < trees.length - 1 ? 'before: ' : '');
await report.end();

async function measure(tree: string, label: string): Promise<void> {
  const stand = await HostileStand.begin({
    tree,
    addresses: Number(values.addresses),
    rate: Number(values.rate),
    nice: Number(values.nice),
    profile: values.profile,
    apart: values.apart,
  });
  try {
    await stand.warmUp();
    const quiet = await stand.quiet(seconds * (values.short ? 1 : 2));
    report.add(`${label}quiet`, figuresOf(quiet, quiet));
    for (const { name, attacks } of rounds) {
      const measured = await stand.under(attacks, seconds);
      const figures = figuresOf(measured, quiet);
      report.add(label + name, figures);
      console.log(`${label}${name}: ${JSON.stringify(figures)}`);
      for (const [what, count] of Object.entries(measured.failures)) console.log(`    ${what}: ${count}`);
      if (values.check && label === '') report.violations(beyond(name, measured, quiet));
    }
  } finally {
    await stand.end();
  }
}

function figuresOf(measured: Measured, quiet: Measured) {
  return {
    'honest p50 (ms)': measured.p50Ms,
    'p99 (ms)': measured.p99Ms,
    'p99 / quiet': measured.p99Ms / quiet.p99Ms,
    'p99 after 2 s (ms)': measured.laterP99Ms,
    'honest, max (ms)': measured.maxMs,
    'channel, max (ms)': measured.channelMs,
    '/health, max (ms)': measured.healthMs,
    'RSS over quiet (MiB)': measured.memoryMiB - quiet.memoryMiB,
    'lost or refused': measured.failed,
    'node CPU (%)': measured.cpuPercent,
    'shed, p50 (ms)': measured.shedP50Ms ?? '–',
    'shed, p99 (ms)': measured.shedP99Ms ?? '–',
    'attackers got': measured.told,
  };
}

function beyond(name: string, measured: Measured, quiet: Measured): Readonly<Record<string, number>> {
  return {
    [`${name}: an honest p99 over ${BARS.slower} × quiet`]: Number(measured.p99Ms > BARS.slower * quiet.p99Ms),
    [`${name}: /health over ${BARS.healthMs} ms`]: Number(measured.healthMs > BARS.healthMs),
    [`${name}: memory over quiet + ${BARS.memoryMiB} MiB`]: Number(
      measured.memoryMiB > quiet.memoryMiB + BARS.memoryMiB,
    ),
    [`${name}: honest requests lost or refused`]: measured.failed,
  };
}
