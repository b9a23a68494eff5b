// Benchmark: agent on one node, sender on the other: how long from submitting to the agent's handler, at a steady rate.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ACTION, registerParties } from './parties.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf, Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    bus: { type: 'string', default: 'postgres' },
    ...REPORT_OPTIONS,
  },
});
const everyMs = 1_000 / Number(values.rate);
const count = Number(values.rate) * Number(values.seconds);
const WARM_UP = 200;

const report = new Report('cross-node-latency', values);
const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const [a, b] = [await stand.startNode('node A'), await stand.startNode('node B')];
  const { handle, agentKey, senderKey } = await registerParties(b.url);
  const arrived = new Map<string, number>();
  await stand.startAgent('agent', {
    url: a.url,
    apiKey: agentKey,
    onLine: (line) => {
      const [, id = '', , at = ''] = line.split(' ');
      arrived.set(id, Number(at));
    },
  });
  // Each node hears of the other within a quarter of NODE_TIMEOUT_SECONDS.
  await wait(3_000);

  const submitted = new Map<string, number>();
  const submit = async (number: number) => {
    const at = Date.now();
    const response = await fetch(`${b.url}/v1/agents/${handle}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ action: ACTION, params: { number } }),
    });
    if (response.status !== 202) throw new Error(`the platform answered ${response.status}`);
    const { id } = (await response.json()) as { id: string };
    submitted.set(id, at);
  };
  const begun = performance.now();
  const submissions: Promise<void>[] = [];
  for (let number = 0; number < count + WARM_UP; number += 1) {
    // By the clock of the whole run, so that a slow answer does not slow the sending down.
    await wait(Math.max(0, begun + number * everyMs - performance.now()));
    submissions.push(submit(number));
  }
  await Promise.all(submissions);
  for (let waited = 0; arrived.size < submitted.size && waited < 15_000; waited += 100) await wait(100);

  const latencies = [...submitted].slice(WARM_UP).map(([id, at]) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - at);
  report.add(`${values.rate} requests a second, hints over ${values.bus}`, {
    requests: latencies.length,
    'p50 (ms)': percentile(latencies, 50),
    'p95 (ms)': percentile(latencies, 95),
    'p99 (ms)': percentile(latencies, 99),
    'max (ms)': percentile(latencies, 100),
  });
  report.violations({ 'lost: never arrived': latencies.filter((ms) => !Number.isFinite(ms)).length });
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
