// Benchmark: two nodes, four agents, PostgreSQL and Redis through fifteen kinds of fault; counts what was lost, and for how long.
import { parseArgs } from 'node:util';
import { DEFAULT_TIMES, FaultStand, SHORT_TIMES } from './faults/fault-stand.ts';
import { FAULTS, type Fault } from './faults/kinds.ts';
import { runFault } from './faults/run-fault.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf } from './stand.ts';

const { values } = parseArgs({
  options: {
    /** Only these kinds. */
    only: { type: 'string', multiple: true },
    /** A few kinds, with time-outs of a few seconds. */
    short: { type: 'boolean', default: false },
    bus: { type: 'string', default: 'redis' },
    /** At most so many of each kind, and so many seconds from the end of the fault until every request is final. */
    requests: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '60' },
    /** A folder for what nodes and agents log. */
    logs: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    ...REPORT_OPTIONS,
  },
});
if (values.help) {
  console.log(`Usage: npm run bench -- faults [--short] [--only NAME]… [--bus postgres] [--requests 3000] [--seconds 60]
       [--logs FOLDER] [--json FILE]

Exits with 1 when anything was lost, doubled or wrong, or took longer than it may.
`);
  for (const { name, about } of FAULTS) console.log(`  ${name.padEnd(22)} ${about}`);
  process.exit(0);
}

const chosen = chosenFaults();
const bounds = { requestsMax: Number(values.requests), withinMs: Number(values.seconds) * 1_000 };
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const report = new Report('faults', values);
const begun = Date.now();
const stand = await FaultStand.begin({
  bus: busOf(values.bus),
  times: values.short ? SHORT_TIMES : DEFAULT_TIMES,
  logs: values.logs,
});
try {
  for (const fault of chosen) {
    const reason = fault.skipped?.(stand) ?? null;
    if (reason !== null) {
      console.log(`${seconds(begun)}  ${fault.name}: skipped, ${reason}`);
      continue;
    }
    console.log(`${seconds(begun)}  ${fault.name}: ${fault.about}`);
    const { figures, violations, unfinished } = await runFault(stand, fault, bounds);
    report.add(fault.name, figures);
    report.violations(violations);
    const broken = Object.entries(violations).filter(([, count]) => count > 0);
    for (const [what, count] of broken) console.log(`${seconds(begun)}    ${what}: ${count}`);
    if (unfinished.length > 0) console.log(`${seconds(begun)}    without an outcome: ${unfinished.join(', ')}`);
  }
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}

function chosenFaults(): readonly Fault[] {
  const unknown = values.only?.find((name) => FAULTS.every((fault) => fault.name !== name));
  if (unknown !== undefined) throw new Error(`There is no fault ${JSON.stringify(unknown)}; --help lists them.`);
  if (values.only) return FAULTS.filter(({ name }) => values.only?.includes(name));
  return values.short ? FAULTS.filter(({ isShort }) => isShort) : FAULTS;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`.padStart(8);
}
