// Whole lifecycles (submitted, delivered, acked, completed, known to the sender) a second on one node, over REST.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ACTION, registerParties } from './parties.ts';
import { inMs, percentile } from './percentiles.ts';
import { Stand } from './stand.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '8' } } });
const runMs = Number(values.seconds) * 1_000;
const WARM_UP_MS = 2_000;
const SENDERS = [1, 8, 32];

const stand = await Stand.begin({ withRedis: false });
try {
  const node = await stand.startNode('node');
  const { handle, agentKey, senderKey } = await registerParties(node.url);
  await stand.startAgent('agent', { url: node.url, apiKey: agentKey, onLine: () => {} });

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
  await run(8, WARM_UP_MS);
  const table: Record<string, object> = {};
  for (const senders of SENDERS) {
    const latencies = await run(senders, runMs);
    table[`${senders} senders`] = {
      'lifecycles per second': Math.round((latencies.length / runMs) * 1_000),
      p50: inMs(percentile(latencies, 50)),
      p99: inMs(percentile(latencies, 99)),
      'load of the machine': loadavg()[0]?.toFixed(1),
    };
  }
  console.table(table);
} finally {
  await stand.end();
}
