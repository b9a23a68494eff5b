// Benchmark: how long a node with many open channels takes to stop on SIGTERM, and what it exits with.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';
import { registerAgent } from '../agent-sdk/src/index.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';

const { values } = parseArgs({ options: { channels: { type: 'string', default: '10000' }, ...REPORT_OPTIONS } });
const channels = Number(values.channels);
const CHANNELS_PER_AGENT = 8;
/** Opened at once. */
const AT_ONCE = 64;

/** Does it for every item, so many at a time. */
async function forAll<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const one = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const report = new Report('stop', values);
const stand = await Stand.begin({ withRedis: false });
try {
  const node = await stand.startNode('node', {
    CHANNELS_PER_AGENT_MAX: String(CHANNELS_PER_AGENT),
    SOCKETS_MAX: String(channels + 100),
    SOCKETS_PER_ADDRESS_MAX: String(channels + 100),
    RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000000',
  });
  const numbers = Array.from({ length: Math.ceil(channels / CHANNELS_PER_AGENT) }, (_, number) => number);
  const codes = new Map<number, number>();
  const sockets: WebSocket[] = [];
  await forAll(numbers, async (number) => {
    const { agent, apiKey } = await registerAgent({
      url: node.url,
      handle: `stop.agent${number}`,
      displayName: 'Benchmark agent',
    });
    const left = Math.min(CHANNELS_PER_AGENT, channels - number * CHANNELS_PER_AGENT);
    for (let opened = 0; opened < left; opened += 1) {
      const socket = new WebSocket(`${node.url.replace('http', 'ws')}/v1/agents/${agent.id}/ws`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      socket.on('close', (code) => codes.set(code, (codes.get(code) ?? 0) + 1));
      await once(socket, 'open');
      sockets.push(socket);
    }
  });
  const begun = performance.now();
  const exitCode = await node.stop();
  report.add(`${sockets.length} channels`, {
    'stopped in (ms)': performance.now() - begun,
    'exit code': exitCode ?? 'none: killed',
    'close codes': [...codes].map(([code, times]) => `${code}: ${times}`).join(', '),
  });
  report.violations({ 'not stopped in an orderly way': exitCode === 0 ? 0 : 1 });
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
