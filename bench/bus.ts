// Benchmark: what hints cost on either bus: one node publishes at a steady rate, another one listens, the others are there.
import { parseArgs } from 'node:util';
import type { Bus } from '../src/application/ports/bus.ts';
import { PostgresBus } from '../src/bus/postgres-bus.ts';
import { createRedisBus } from '../src/bus/redis-bus.ts';
import { createDatabaseLink } from '../src/postgres/database-link.ts';
import { cpuMs, postgresPid } from './cpu.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand, silentLog } from './stand.ts';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '1000,5000,20000' },
    nodes: { type: 'string', default: '2,8' },
    seconds: { type: 'string', default: '5' },
    ...REPORT_OPTIONS,
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const seconds = Number(values.seconds);
const TICK_MS = 5;

const report = new Report('bus', values);
const stand = await Stand.begin({ withRedis: true });
const redis = stand.redis;
if (!redis) throw new Error('this needs a Redis');
const SERVERS = {
  PostgreSQL: {
    open: () => new PostgresBus(createDatabaseLink(stand.databaseUrl), silentLog),
    pid: await postgresPid(stand.databaseUrl),
  },
  Redis: { open: () => createRedisBus({ url: redis.url, prefix: 'clawcierge' }, silentLog), pid: redis.pid() },
};

/** Publishes so many hints a second from the first bus, and answers how they came to the second one. */
async function run(buses: readonly Bus[], rate: number, serverPid: number) {
  const [from, to] = buses;
  if (!from || !to) throw new Error('two nodes are needed');
  const latencies: number[] = [];
  const stop = to.subscribe('node', 'one', ({ revision }) => latencies.push(performance.now() - revision / 1_000));
  await to.inForce(buses.length - 1);
  const before = { own: process.cpuUsage(), server: cpuMs(serverPid) };
  const begun = performance.now();
  let sent = 0;
  while (performance.now() - begun < seconds * 1_000) {
    const due = Math.min(rate * seconds, ((performance.now() - begun) / 1_000) * rate);
    for (; sent < due; sent += 1) {
      from.publish('node', 'one', { id: 'one', revision: Math.round(performance.now() * 1_000), status: 'ACKED' });
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const ownMs = (({ user, system }) => (user + system) / 1_000)(process.cpuUsage(before.own));
  const serverMs = cpuMs(serverPid) - before.server;
  stop();
  return {
    sent,
    'came in time': latencies.length,
    'p50 (ms)': percentile(latencies, 50),
    'p99 (ms)': percentile(latencies, 99),
    'server, µs a hint': (serverMs * 1_000) / sent,
    'all nodes, µs a hint': (ownMs * 1_000) / sent,
    'server, % of a core': serverMs / seconds / 10,
  };
}

try {
  for (const [name, { open, pid }] of Object.entries(SERVERS)) {
    for (const count of numbers(values.nodes)) {
      const buses = Array.from({ length: count }, open);
      while (buses.some((bus) => bus.reachableNodes() < count - 1))
        await new Promise((resolve) => setTimeout(resolve, 20));
      for (const rate of numbers(values.rates)) {
        report.add(`${name}, ${count} nodes, ${rate} hints a second`, await run(buses, rate, pid));
      }
      await Promise.all(buses.map((bus) => bus.close()));
    }
  }
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
