// Whole lifecycles (submitted, delivered, acked, completed, known to the sender) a second over REST: on one node, or with
// the agent on one node and the senders on another.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { cpuMs, postgresPid } from './cpu.ts';
import { ACTION, registerParties } from './parties.ts';
import { inMs, percentile } from './percentiles.ts';
import { busOf, Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    nodes: { type: 'string', default: '1' },
    bus: { type: 'string', default: 'postgres' },
  },
});
const isAcross = values.nodes === '2';
const runMs = Number(values.seconds) * 1_000;
const WARM_UP_MS = 2_000;
const SENDERS = [1, 8, 32];

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
  const table: Record<string, object> = {};
  for (const senders of SENDERS) {
    const before = used();
    const latencies = await run(senders, runMs);
    const after = used();
    const msEach = (name: keyof typeof after) => inMs((after[name] - before[name]) / latencies.length);
    table[`${senders} senders`] = {
      'lifecycles per second': Math.round((latencies.length / runMs) * 1_000),
      p50: inMs(percentile(latencies, 50)),
      p99: inMs(percentile(latencies, 99)),
      'CPU of the nodes': msEach('nodes'),
      'of the database': msEach('database'),
      'of Redis': msEach('redis'),
      'load of the machine': loadavg()[0]?.toFixed(1),
    };
  }
  console.table(table);
} finally {
  await stand.end();
}
