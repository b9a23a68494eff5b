// Two nodes, PostgreSQL, Redis if asked for, and a load balancer in front, until Ctrl+C. Settings of the environment go to the nodes.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { LoadBalancer } from '../test/testkit/load-balancer.ts';
import { busOf, Stand } from './stand.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8000' }, bus: { type: 'string', default: 'postgres' } },
});

const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (name !== 'PORT' && value !== undefined) settings[name] = value;
  }
  const nodes = [await stand.startNode('node A', settings), await stand.startNode('node B', settings)];
  const balancer = await LoadBalancer.start(
    nodes.map(({ url }) => url),
    Number(values.port),
  );
  console.log(`Two nodes behind ${balancer.url}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  balancer.stop();
} finally {
  await stand.end();
}
