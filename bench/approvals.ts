// Benchmark: how soon people are told of a held request, and how soon the agent has it once they approved.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Arrivals } from './arrivals.ts';
import { ACTION, ask } from './parties.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf, freePort, Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    /** Held and approved, one after the other. */
    samples: { type: 'string', default: '500' },
    /** With two of them the agent is on the first; senders and approvers are on the last. */
    nodes: { type: 'string', default: '1' },
    bus: { type: 'string', default: 'postgres' },
    ...REPORT_OPTIONS,
  },
});
const samples = Number(values.samples);
const WARM_UP = 5;
/** The most that one sender may have held within an hour, whatever an owner sets. */
const PER_SENDER_MAX = 1_000;

const report = new Report('approvals', values);
const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const nodes = [];
  while (nodes.length < Number(values.nodes)) {
    const settings = { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000000', RATE_LIMIT_DECISIONS_PER_MINUTE: '10000' };
    nodes.push(await stand.startNode(`node ${nodes.length + 1}`, { ...settings, WEBHOOKS_ALLOW_PRIVATE: 'true' }));
  }
  const [agentsUrl = '', url = agentsUrl] = [nodes[0]?.url, nodes.at(-1)?.url];

  /** When each of them came, by what it is of. */
  const told = new Arrivals();
  const ran = new Arrivals();
  const receiver = createServer(async (message, answer) => {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part);
    const { data } = JSON.parse(Buffer.concat(parts).toString());
    told.note(data.request_id, data.approval_id);
    answer.writeHead(204).end();
  });
  const port = await freePort();
  receiver.listen(port, '127.0.0.1');
  await once(receiver, 'listening');

  const handle = `bench.${randomBytes(6).toString('hex')}`;
  const agent = await ask(url, 'POST', '/v1/agents', { handle, display_name: 'Benchmark agent' });
  const owned = `/v1/agents/${agent.id}`;
  const capability = { action: ACTION, params_schema: { type: 'object' } };
  await ask(url, 'PUT', `${owned}/capabilities`, { capabilities: [capability] }, agent.api_key);
  const rule = { condition: 'true', action: 'require_approval', reason: 'Somebody looks at everything' };
  await ask(url, 'PUT', `${owned}/policies`, { rules: [rule] }, agent.owner_key);
  const settings = { pending_per_sender_max: 100, per_sender_per_hour: PER_SENDER_MAX };
  await ask(url, 'PUT', `${owned}/approval-settings`, settings, agent.owner_key);
  const webhook = { url: `http://127.0.0.1:${port}/`, events: ['approval_requested'] };
  await ask(url, 'PUT', `${owned}/webhooks/bench`, webhook, agent.owner_key);
  await stand.startAgent('agent', {
    url: agentsUrl,
    apiKey: agent.api_key,
    onLine: (line) => ran.note(line.split(' ')[1] ?? '', ''),
  });

  const senderKeys: string[] = [];
  const [toBeTold, toBeHeld, toDecide, toBeDelivered]: number[][] = [[], [], [], []];
  for (let sample = -WARM_UP; sample < samples; sample += 1) {
    const turn = sample + WARM_UP;
    if (turn % PER_SENDER_MAX === 0) {
      senderKeys.unshift((await ask(url, 'POST', '/v1/senders', { display_name: 'Benchmark sender' })).api_key);
    }
    const submitted = performance.now();
    const body = { action: ACTION, params: { number: turn } };
    const { id } = await ask(url, 'POST', `/v1/agents/${handle}/requests`, body, senderKeys[0]);
    const held = performance.now();
    const message = await told.of(id);
    const { digest } = await ask(url, 'GET', `/v1/approvals/${message.what}`, null, agent.owner_key);
    const asked = performance.now();
    await ask(url, 'POST', `/v1/approvals/${message.what}/approve`, { digest }, agent.owner_key);
    const decided = performance.now();
    const delivery = await ran.of(id);
    if (sample < 0) continue;
    toBeHeld?.push(held - submitted);
    toBeTold?.push(message.at - submitted);
    toDecide?.push(decided - asked);
    toBeDelivered?.push(delivery.at - asked);
  }

  const figures = {
    'until it is held': toBeHeld,
    'until the webhook has it': toBeTold,
    'until the decision is answered': toDecide,
    'from the decision until the agent’s handler has it': toBeDelivered,
  };
  for (const [run, latencies = []] of Object.entries(figures)) {
    report.add(run, {
      samples: latencies.length,
      'p50 (ms)': percentile(latencies, 50),
      'p99 (ms)': percentile(latencies, 99),
      'max (ms)': percentile(latencies, 100),
    });
  }
  report.violations({ 'doubled: the handler ran more than once': ran.repeated, 'told more than once': told.repeated });
  receiver.close();
  receiver.closeAllConnections();
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
