// Benchmark: what a node's start costs, and the memory it takes then and with many agents that are asked for something.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { currentBuild } from '../scripts/server-build.js';
import { cpuMs } from './cpu.ts';
import { memoryMiB } from './memory.ts';
import { ACTION, ask, registerMany } from './parties.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    agents: { type: 'string', default: '3000' },
    ...REPORT_OPTIONS,
  },
});
/** Of each agent, so that its contract and rules are looked up and compiled. */
const REQUESTS = 3;
/** How long a node is left alone before its memory is read. */
const REST_MS = 5_000;
const SETTINGS = { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000000', RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '1000000' };
const RULES = [
  { condition: 'params_number < 0', action: 'reject', reason: 'Too little' },
  { condition: 'params_number > 1000000', action: 'reject', reason: 'Too much' },
];

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const report = new Report('start', values);
const stand = await Stand.begin({ withRedis: false });
try {
  // The first start makes the tables.
  const node = await stand.startNode('node', SETTINGS);
  const starts: { readonly cpu: number; readonly wall: number; readonly memory: number }[] = [];
  while (starts.length < Number(values.starts)) {
    await node.stop();
    const begun = performance.now();
    await node.start();
    starts.push({ wall: performance.now() - begun, cpu: cpuMs(node.pid()), memory: memoryMiB(node.pid()) });
  }
  report.add('start to ready', {
    from: currentBuild() === null ? 'the sources' : 'the build',
    'CPU (s)': median(starts.map(({ cpu }) => cpu)) / 1_000,
    'wall (s)': median(starts.map(({ wall }) => wall)) / 1_000,
    'memory (MiB)': median(starts.map(({ memory }) => memory)),
  });

  const agents = Number(values.agents);
  const { agents: registered, senderKey } = await registerMany(node.url, agents);
  for (const { id, apiKey } of registered) {
    await ask(node.url, 'PUT', `/v1/agents/${id}/policies`, { rules: RULES, default_action: 'allow' }, apiKey);
  }
  await wait(REST_MS);
  report.add(`${agents} agents registered`, { 'memory (MiB)': memoryMiB(node.pid()) });
  for (let number = 0; number < REQUESTS; number += 1) {
    for (const { handle } of registered) {
      const request = { action: ACTION, params: { number }, when_offline: 'queue' };
      await ask(node.url, 'POST', `/v1/agents/${handle}/requests`, request, senderKey);
    }
  }
  await wait(REST_MS);
  report.add(`${agents} agents asked ${REQUESTS} times`, { 'memory (MiB)': memoryMiB(node.pid()) });
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
