// Benchmark: everything that strangers may send, made up: nothing may crash, hold the event loop up or be let through.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { cpuMs } from './cpu.ts';
import type { Door } from './fuzz/door.ts';
import { graphqlDoor, mcpDoor, restDoor } from './fuzz/http-doors.ts';
import { Violation } from './fuzz/judge.ts';
import { conditionDoor, contractDoor } from './fuzz/rule-doors.ts';
import { frameDoor, graphqlSocketDoor } from './fuzz/socket-doors.ts';
import { type Roll, rolls } from './fuzz/tape.ts';
import { introduce } from './fuzz/target.ts';
import { memoryMiB } from './memory.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { freePort, Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    /** What is sent follows from it; one that failed is said, to be sent again. */
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    /** Where in that run, as it was said. */
    path: { type: 'string' },
    only: { type: 'string' },
    /** So many times as many inputs. */
    times: { type: 'string', default: '1' },
    /** How long the event loop may be held, in milliseconds. */
    held: { type: 'string', default: '50' },
    ...REPORT_OPTIONS,
  },
});
const seed = Number(values.seed);
const heldMaxMs = Number(values.held);
/** A batch that held the loop does so again, or it was a collection of garbage, or code that was compiled. */
const TRIES = 3;
/** Until then what failed is made smaller. */
const SHRINK_WITHIN_MS = 60_000;
/** Of an input, in characters, and of a batch. */
const SHOWN_MAX = 1_000;
const SHOWN_INPUTS_MAX = 5;
/** What a node logs at the level `error`, as people read it in development. */
const FAULT = /\b(ERROR|FATAL)\b|^\S*Error: /;
/** As far as there are limits of an operator's; who fuzzes is not to be refused for being quick. */
const GENEROUS = {
  ...{ RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000000', RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '1000000' },
  ...{ RATE_LIMIT_COMPUTING_MS_PER_MINUTE: '10000000', RATE_LIMIT_OWNER_COMPUTING_MS_PER_MINUTE: '10000000' },
  // A machine that has much to do besides may keep a node from its database for long.
  NODE_TIMEOUT_SECONDS: '600',
  ...{ COST_BUDGET_PER_MINUTE: '100000000', COST_BUDGET_ANONYMOUS_PER_MINUTE: '100000000' },
};

const report = new Report('fuzz', { ...values, seed });
const stand = await Stand.begin({ withRedis: false });
try {
  const watchPort = await freePort();
  const logged: string[] = [];
  const node = await stand.startNode(
    'node',
    {
      ...GENEROUS,
      NODE_OPTIONS: `--import=${new URL('./fuzz/watch-loop.js', import.meta.url).href}`,
      FUZZ_WATCH_PORT: String(watchPort),
    },
    (line) => void (FAULT.test(line) && logged.push(line)),
  );
  /** For how long the loop was held at most, since it was asked last. */
  const heldMs = async () => Number(await (await fetch(`http://127.0.0.1:${watchPort}/`)).text()) / 1_000;
  const target = await introduce(node.url);
  const doors = [
    contractDoor(target),
    await conditionDoor(target),
    await frameDoor(target),
    await graphqlSocketDoor(target),
    graphqlDoor(target),
    restDoor(target),
    mcpDoor(target),
  ].filter(({ name }) => values.only === undefined || values.only === name);
  console.log(`seed ${seed}`);
  for (const door of doors) await fuzz(door, node.pid, heldMs, logged);
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}

async function fuzz(door: Door, pid: () => number, heldMs: () => Promise<number>, logged: string[]): Promise<void> {
  const wanted = Math.ceil(door.inputs * Number(values.times));
  const longestMs: number[] = [];
  let sent = 0;
  let batches = 0;
  let failedAt: number | null = null;
  const sendOnce = async (inputs: readonly Roll[], again: number) => {
    await door.send(inputs, again);
    const [line] = logged.splice(0);
    if (line !== undefined) throw new Violation(`the node logged ${line.slice(0, 2_000)}`);
    return heldMs();
  };
  async function sendUntilQuick(inputs: readonly Roll[]): Promise<void> {
    let held = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < TRIES && held > heldMaxMs; tries += 1) {
      batches += 1;
      held = Math.min(held, await sendOnce(inputs, batches));
    }
    longestMs.push(held);
    if (held > heldMaxMs) throw new Violation(`the event loop was held for ${held} ms`);
  }
  const batch = fc.array(rolls, { minLength: 1, maxLength: door.atOnce, size: 'max' });
  const property = fc.asyncProperty(batch, async (inputs) => {
    // Enough was sent; or what failed was made smaller for long enough.
    if (failedAt === null ? sent >= wanted : performance.now() > failedAt + SHRINK_WITHIN_MS) return;
    try {
      await sendUntilQuick(inputs);
      sent += inputs.length;
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  });
  await heldMs();
  const begun = performance.now();
  const cpuBefore = cpuMs(pid());
  const result = await fc.check(property, {
    seed,
    ...(values.path !== undefined && { path: values.path }),
    // Half a batch is the middle.
    numRuns: Math.ceil((wanted / door.atOnce) * 4),
  });
  if (result.failed) {
    const [inputs = []] = result.counterexample ?? [];
    console.log(
      `\n${door.name}: ${result.errorInstance instanceof Error ? result.errorInstance.stack : result.errorInstance}`,
    );
    console.log(
      `again: npm run bench -- fuzz --only '${door.name}' --seed ${seed} --path ${result.counterexamplePath}`,
    );
    for (const input of inputs.slice(0, SHOWN_INPUTS_MAX))
      console.log(`  ${JSON.stringify(input)} ${door.show(input).slice(0, SHOWN_MAX)}`);
  }
  report.add(door.name, {
    inputs: sent,
    seconds: (performance.now() - begun) / 1_000,
    'CPU of the node (s)': (cpuMs(pid()) - cpuBefore) / 1_000,
    'loop held (ms)': Math.max(0, ...longestMs),
    'memory (MiB)': memoryMiB(pid()),
    ...door.counts,
  });
  report.violations({ [`${door.name}: what never happens`]: result.failed ? 1 : 0 });
  door.close();
}
