// Benchmark: whole lifecycles a second over REST and the SDK's channel, with 1, 8 and 32 senders, on one node or two.
import { parseArgs } from 'node:util';
import { cpuMs, postgresPid } from './cpu.ts';
import { ACTION, registerParties } from './parties.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf, Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    nodes: { type: 'string', default: '1' },
    bus: { type: 'string', default: 'postgres' },
    ...REPORT_OPTIONS,
  },
});
const isAcross = values.nodes === '2';
const runMs = Number(values.seconds) * 1_000;
const WARM_UP_MS = 2_000;
const SENDERS = [1, 8, 32];

const report = new Report('throughput', values);
const stand = await Stand.begin({ withRedis: isAcross && busOf(values.bus) === 'redis' });
try {
  const node = await stand.startNode('node');
  const agentsNode = isAcross ? await stand.startNode("the agent's node") : node;
  const { handle, agentKey, senderKey } = await registerParties(node.url);
  await stand.startAgent('agent', { url: agentsNode.url, apiKey: agentKey, onLine: () => {} });

  const lifecycle = async (number: number): Promise<number> => {
    const begun = performance.now();
    const response = await fetch(`${node.url}/v1/agents/${handle}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${senderKey}`, 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify({ action: ACTION, params: { number } }),
    });
    const { status } = (await response.json()) as { status: string };
    if (response.status !== 200 || status !== 'completed') throw new Error(`answered ${response.status}, ${status}`);
    return performance.now() - begun;
  };
  const run = async (senders: number, ms: number) => {
    const latencies: number[] = [];
    const until = performance.now() + ms;
    const send = async () => {
      while (performance.now() < until) latencies.push(await lifecycle(latencies.length));
    };
    await Promise.all(Array.from({ length: senders }, send));
    return latencies;
  };
  const nodePids = [...new Set([node.pid(), agentsNode.pid()])];
  const databasePid = await postgresPid(stand.databaseUrl);
  const used = () => ({
    nodes: nodePids.reduce((sum, pid) => sum + cpuMs(pid), 0),
    database: cpuMs(databasePid),
    redis: stand.redis ? cpuMs(stand.redis.pid()) : 0,
  });
  await run(8, WARM_UP_MS);
  for (const senders of SENDERS) {
    const before = used();
    const latencies = await run(senders, runMs);
    const after = used();
    const msEach = (name: keyof typeof after) => (after[name] - before[name]) / latencies.length;
    report.add(`${senders} senders`, {
      'lifecycles per second': (latencies.length / runMs) * 1_000,
      'p50 (ms)': percentile(latencies, 50),
      'p99 (ms)': percentile(latencies, 99),
      'CPU of the nodes (ms)': msEach('nodes'),
      'of the database (ms)': msEach('database'),
      'of Redis (ms)': msEach('redis'),
    });
  }
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
