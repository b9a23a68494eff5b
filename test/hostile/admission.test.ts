import { once } from 'node:events';
import { Agent as Connections, get } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { cookiesOf, postForm } from '../admin/admin-forms.ts';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  registerSender,
  type Sender,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { send } from '../testkit/graphql.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { ADMIN_PASSWORD, platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { expectLimitsTold, limitsTold } from '../testkit/rate-limits.ts';
import { Scrape } from '../testkit/scrape.ts';
import { costPart, whileBehind } from '../testkit/while-behind.ts';

/** Many values, for whoever asks: what there is of the schema, thirty times. */
const EXPENSIVE = `{ ${Array.from({ length: 30 }, (_, at) => `a${at}: agents(first: 100) { edges { node { id handle displayName description status createdAt } } }`).join(' ')} }`;

/** What asks for a WebSocket. */
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
  'sec-websocket-protocol': 'graphql-transport-ws',
};

type At = Pick<TestPlatform, 'url'>;

/** One expensive query of somebody at that address. */
const ask = (platform: At, address: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...headers },
    body: JSON.stringify({ query: EXPENSIVE }),
  });

/**
 * How many of so many calls were answered with which status, so many of them at once; all that is refused says when to come
 * again.
 */
async function statusesOf(
  count: number,
  atOnce: number,
  call: (at: number) => Promise<Response>,
): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {};
  let next = 0;
  const callOneAfterAnother = async () => {
    while (next < count) {
      const answer = await call(next++);
      await answer.arrayBuffer();
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      if (answer.status === 429 || answer.status === 503) {
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, callOneAfterAnother));
  return counts;
}

/** Senders' calls that wait for a seat. */
const waitingSenders = async (platform: TestPlatform) =>
  (await Scrape.of(platform)).value('clawcierge_seats_waiting', { level: 'senders' });

/** A submission and its ack go their way, and the node says that it lives. */
async function expectHonestWork(platform: TestPlatform, agent: Agent, sender: Sender): Promise<void> {
  const request = await submitAccepted(platform, agent, sender);
  await untilStatus(platform, request.id, sender, 'DISPATCHED');
  expect((await acknowledge(platform, agent, request.id)).__typename).toBe('AcknowledgeRequestSuccess');
  expect((await fetch(`${platform.url}/health/ready`)).status).toBe(200);
}

describe('whoever costs more than a network without a key may', () => {
  const platform = platformForFile({
    env: { COST_BUDGET_ANONYMOUS_PER_MINUTE: '100', COST_BUDGET_PER_MINUTE: '2000', TRUST_PROXY: '1' },
  });

  it('is refused with 429, and nobody else', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const flood = statusesOf(100, 10, () => ask(platform, '192.0.2.1'));
    await expectHonestWork(platform, agent, sender);
    const counts = await flood;
    expect(counts[429]).toBeGreaterThan(50);
    expect((counts[200] ?? 0) + (counts[429] ?? 0)).toBe(100);
    const refused = await ask(platform, '192.0.2.1');
    expectLimitsTold(refused);
    expect(limitsTold(refused.headers).states.cost).toMatchObject({ r: 0 });
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', violatedPolicies: ['cost'] } }],
    });
    const page = await fetch(`${platform.url}/v1/agents`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(page.status).toBe(429);
    expect(await page.json()).toMatchObject({
      type: expect.stringContaining('rate-limited'),
      'violated-policies': ['cost'],
    });
    expect((await ask(platform, '198.51.100.1')).status).toBe(200);
    expect((await ask(platform, '192.0.2.1', { authorization: `Bearer ${sender.apiKey}` })).status).toBe(200);
  });

  it.each([
    ['a /24 of IPv4', (at: number) => `203.0.113.${at}`],
    ['a /64 of IPv6', (at: number) => `2001:db8:1::${at}`],
    ['a /48 of IPv6', (at: number) => `2001:db8:2:${at}::1`],
  ])('is refused also with %s of addresses', async (_what, address) => {
    const counts = await statusesOf(100, 10, (at) => ask(platform, address(at + 1)));
    expect(counts[429]).toBeGreaterThan(20);
  });

  it('is not taken for a sender because of keys that it makes up', async () => {
    const counts = await statusesOf(400, 20, () =>
      fetch(`${platform.url}/v1/requests`, {
        headers: { authorization: `Bearer ${mintApiKey('SENDER').text}`, 'x-forwarded-for': '192.0.2.9' },
      }),
    );
    expect(counts[401]).toBeGreaterThan(0);
    expect(counts[429]).toBeGreaterThan(50);
    expect((await ask(platform, '198.51.100.9')).status).toBe(200);
  });

  it('is not taken for many because of calls that come at once with a key that nobody came with before', async () => {
    const { apiKey } = await registerSender(platform);
    const { calls } = await whileLocked(platform, 'api_keys', 'access exclusive', async () => {
      const all = statusesOf(400, 400, () =>
        fetch(`${platform.url}/v1/requests`, { headers: { authorization: `Bearer ${apiKey}` } }),
      );
      // Its connection is taken after theirs.
      await fetch(`${platform.url}/health`);
      return { calls: all };
    });
    expect(await calls).toEqual({ 200: 400 });
  });
});

describe('a key whose holder costs more than it may', () => {
  it('is refused with 429, but for what an agent answers', async () => {
    const platform = await platformForTest({ env: { COST_BUDGET_PER_MINUTE: '120', TRUST_PROXY: '1' } });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const request = await submitAccepted(platform, agent, sender);
    const floodOf = ({ apiKey }: { apiKey: string }) =>
      statusesOf(20, 4, () => ask(platform, '192.0.2.1', { authorization: `Bearer ${apiKey}` }));
    expect((await floodOf(agent))[429]).toBeGreaterThan(0);
    expect((await send(platform, '{ agents { totalCount } }', {}, agent)).status).toBe(429);
    expect((await acknowledge(platform, agent, request.id)).__typename).toBe('AcknowledgeRequestSuccess');
    expect((await submit(platform, agent, sender)).__typename).toBe('SubmitRequestSuccess');
    expect((await floodOf(sender))[429]).toBeGreaterThan(0);
    const done = await fetch(`${platform.url}/v1/requests/${request.id}/result`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${agent.apiKey}` },
      body: JSON.stringify({ status: 'completed', result: {} }),
    });
    expect(done.status).toBe(200);
  });

  it('pays nothing for what an agent answers, as long as it is recorded', async () => {
    const platform = await platformForTest({ env: { METRICS_PORT: '0' } });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const unitsOfAgents = async () =>
      /clawcierge_cost_units_total\{level="agents"\} (\S+)/.exec(await (await fetch(platform.metricsUrl)).text())?.[1];
    const before = await unitsOfAgents();
    const request = await submitAccepted(platform, agent, sender);
    await acknowledge(platform, agent, request.id);
    expect((await complete(platform, agent, request.id, {})).__typename).toBe('CompleteRequestSuccess');
    expect(await unitsOfAgents()).toBe(before);
    await acknowledge(platform, agent, request.id);
    expect(Number(await unitsOfAgents())).toBeGreaterThanOrEqual(Number(before) + 1);
  });

  it('is refused where an agent floods answers that come to nothing', async () => {
    const platform = await platformForTest({ env: { COST_BUDGET_PER_MINUTE: '360', TRUST_PROXY: '1' } });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const request = await submitAccepted(platform, agent, sender);
    const report = (id: string) =>
      fetch(`${platform.url}/v1/requests/${id}/result`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${agent.apiKey}` },
        body: JSON.stringify({ status: 'completed', result: {} }),
      });
    const counts = await statusesOf(120, 10, () => report('019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071'));
    expect(counts[404]).toBeGreaterThan(10);
    expect(counts[429]).toBeGreaterThan(50);
    expect((await send(platform, '{ agents { totalCount } }', {}, agent)).status).toBe(200);
    expect((await submit(platform, agent, sender)).__typename).toBe('SubmitRequestSuccess');
    await untilStatus(platform, request.id, sender, 'DISPATCHED');
  });
});

describe('whoever goes on with what is refused', () => {
  it('is told so no sooner than a quarter of a second later over the same connection', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({ clock, env: { COST_BUDGET_ANONYMOUS_PER_MINUTE: '60' } });
    const statusOver = (agent: Connections) =>
      new Promise<number>((resolve, reject) => {
        get(`${platform.url}/v1/agents`, { agent }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode ?? 0));
        }).once('error', reject);
      });
    const [one, other] = [1, 2].map(() => new Connections({ keepAlive: true, maxSockets: 1 })) as [
      Connections,
      Connections,
    ];
    onTestFinished(() => {
      one.destroy();
      other.destroy();
    });
    while ((await statusOver(one)) !== 429);
    let told = 0;
    const again = statusOver(one).then((status) => {
      told = status;
    });
    expect(await statusOver(other)).toBe(429);
    expect(told).toBe(0);
    clock.advance(250);
    await again;
    expect(told).toBe(429);
  });
});

describe('a network that goes on with what is refused over ever new connections', () => {
  it.each([
    [
      'calls',
      (url: string, headers: Readonly<Record<string, string>>) => get(`${url}/v1/agents`, { headers, agent: false }),
    ],
    [
      'upgrades',
      (url: string, headers: Readonly<Record<string, string>>) =>
        get(`${url}/graphql`, { agent: false, headers: { ...headers, ...UPGRADE } }),
    ],
  ])('is told of a hundred %s at once, and of the rest so many a second; others are told at once', async (_, call) => {
    const clock = createManualClock();
    const env = { COST_BUDGET_ANONYMOUS_PER_MINUTE: '60', TRUST_PROXY: '1' };
    const platform = await platformForTest({ clock, env });
    const statuses: (number | undefined)[] = [];
    const refuse = (address: string) =>
      call(platform.url, { 'x-forwarded-for': address })
        .on('response', (answer) => {
          answer.resume();
          statuses.push(answer.statusCode);
        })
        .on('upgrade', (_answer, socket) => socket.destroy())
        .on('error', () => {});
    for (const address of ['192.0.2.1', '198.51.100.1']) {
      // Deep below nothing: what time brings meanwhile does not fill it.
      await Promise.all(Array.from({ length: 20 }, () => ask(platform, address)));
      expect((await ask(platform, address)).status).toBe(429);
    }
    clock.advance(1_000);
    await clock.standStill(async () => {
      for (let count = 0; count < 130; count += 1) refuse('192.0.2.1');
      await eventually(() => expect(statuses).toHaveLength(100));
      refuse('198.51.100.1');
      await eventually(() => expect(statuses).toHaveLength(101));
      clock.advance(100);
      await eventually(() => expect(statuses).toHaveLength(111));
    });
    clock.advance(5_000);
    await eventually(() => expect(statuses).toHaveLength(131));
    expect(new Set(statuses)).toEqual(new Set([429]));
  });

  it('has those that wait go for others where no more connections may be open', async () => {
    const clock = createManualClock();
    const env = { COST_BUDGET_ANONYMOUS_PER_MINUTE: '60', CONNECTIONS_MAX: '40', SOCKETS_MAX: '10' };
    const platform = await platformForTest({ clock, env });
    await Promise.all(Array.from({ length: 10 }, () => ask(platform, '')));
    let ended = 0;
    await clock.standStill(async () => {
      for (let count = 0; count < 200; count += 1) {
        get(`${platform.url}/v1/agents`, { agent: false })
          .on('response', (answer) => answer.resume())
          .on('error', () => {
            ended += 1;
          });
      }
      // A hundred at most are told; of the others a fifth of all connections may wait.
      await eventually(() => expect(ended).toBeGreaterThanOrEqual(92));
      expect((await fetch(`${platform.url}/health`)).status).toBe(200);
    });
  });
});

describe('whoever sends what is refused without waiting for answers', () => {
  it('loses the connection, and has no more of it kept', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({ clock, env: { COST_BUDGET_ANONYMOUS_PER_MINUTE: '60' } });
    const { hostname, port, host } = new URL(platform.url);
    while ((await fetch(`${platform.url}/v1/agents`)).status !== 429);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    const gone = once(socket, 'close');
    socket.resume();
    socket.write(`GET /v1/agents HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(100));
    await gone;
    expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  });
});

describe('senders that have more calls waiting than there is room for', () => {
  it('lose them to a sender that has few', async () => {
    const platform = await platformForTest({ env: { SEATS_MAX: '16' } });
    const [one, other, honest] = [
      await registerSender(platform),
      await registerSender(platform),
      await registerSender(platform),
    ];
    const statusOf = async ({ apiKey }: Sender) =>
      (await fetch(`${platform.url}/v1/requests`, { headers: { authorization: `Bearer ${apiKey}` } })).status;
    let refused = 0;
    const flood = [one, other].flatMap((sender) =>
      Array.from({ length: 20 }, () => async () => {
        if ((await statusOf(sender)) === 503) refused += 1;
      }),
    );
    const { answer } = await whileLocked(platform, 'requests', 'access exclusive', async () => {
      const floods = Promise.all(flood.map((call) => call()));
      // Three of each are under way, and twelve of each wait: no more may.
      await eventually(() => expect(refused).toBe(10));
      const status = statusOf(honest);
      await eventually(() => expect(refused).toBe(11));
      return { answer: Promise.all([status, floods]) };
    });
    expect((await answer)[0]).toBe(200);
    expect(refused).toBe(11);
  });
});

describe('a network with many keys', () => {
  it('has no more turns than another with one', async () => {
    const platform = await platformForTest({ env: { SEATS_MAX: '16', TRUST_PROXY: '1', METRICS_PORT: '0' } });
    const many: Sender[] = [];
    while (many.length < 24) many.push(await registerSender(platform));
    const honest = await registerSender(platform);
    const order: string[] = [];
    const call = async ({ apiKey }: Sender, address: string) => {
      const headers = { authorization: `Bearer ${apiKey}`, 'x-forwarded-for': address };
      const { status } = await fetch(`${platform.url}/v1/requests`, { headers });
      order.push(`${address} ${status}`);
    };
    // They are known, so that none is looked up while it waits.
    for (const sender of [...many, honest]) await call(sender, '203.0.113.1');
    order.length = 0;
    const calls = await whileLocked(platform, 'requests', 'access exclusive', async () => {
      const flood = many.map((sender) => call(sender, '192.0.2.1'));
      await eventually(async () => expect(await waitingSenders(platform)).toBe(many.length - 6));
      const last = call(honest, '198.51.100.1');
      await eventually(async () => expect(await waitingSenders(platform)).toBe(many.length - 5));
      return { all: Promise.all([...flood, last]) };
    });
    await calls.all;
    // Six were under way. Of those that wait it is the second that has a seat, and by keys it would be the last.
    expect(order.indexOf('198.51.100.1 200')).toBeLessThan(18);
  });
});

describe('more calls of strangers than there are seats for them', () => {
  it('are shed with 503, and nothing of senders and agents is', async () => {
    const platform = await platformForTest({ env: { SEATS_MAX: '16', SEAT_WAIT_MS: '40', TRUST_PROXY: '1' } });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    await submitAccepted(platform, agent, sender);
    const statuses: number[] = [];
    const register = async (address: string) => {
      const { status, headers } = await fetch(`${platform.url}/v1/senders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ display_name: 'Flood' }),
      });
      if (status === 503) expect(headers.get('retry-after')).toBe('1');
      statuses.push(status);
    };
    const CALLS = 40;
    let flood: readonly Promise<void>[] = [];
    // No key can be stored, so what has a seat keeps it.
    await whileLocked(platform, 'api_keys', 'exclusive', async () => {
      flood = Array.from({ length: CALLS }, (_, at) => register(`192.0.2.${at}`));
      await eventually(() => expect(statuses).toHaveLength(CALLS - 2));
      expect(new Set(statuses)).toEqual(new Set([503]));
      await expectHonestWork(platform, agent, sender);
      expect((await fetch(`${platform.url}/health`)).status).toBe(200);
    });
    await Promise.all(flood);
    expect(statuses.slice(-2)).toEqual([201, 201]);
    await register('192.0.2.1');
    expect(statuses.at(-1)).toBe(201);
  });
});

describe('a node that is behind', () => {
  it('sheds strangers, and not those who have a key', async () => {
    const platform = await platformForTest({ env: { OVERLOAD_DELAY_MS: '200' } });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    await submitAccepted(platform, agent, sender);
    await whileBehind(async () => {
      await eventually(async () => expect((await send(platform, '{ __typename }')).status).toBe(503));
      expect((await submit(platform, agent, sender)).__typename).toBe('SubmitRequestSuccess');
      expect((await fetch(`${platform.url}/health`)).status).toBe(200);
    });
    await eventually(async () => expect((await send(platform, '{ __typename }')).status).toBe(200));
  });

  it('has less for everybody, so that those go without who take much, and has all of it again later', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({
      clock,
      env: {
        OVERLOAD_DELAY_MS: '1000',
        COST_BUDGET_PER_MINUTE: '6000',
        COST_BUDGET_ANONYMOUS_PER_MINUTE: '6000',
        METRICS_PORT: '0',
      },
    });
    const { agent, sender } = await agentAndSender(platform);
    const greedy = await registerSender(platform);
    const logIn = (cookie = '') => postForm(platform, '/admin/login', { password: ADMIN_PASSWORD }, { cookie });
    const device = cookiesOf(await logIn()).find(({ pair }) => pair.startsWith('clawcierge_device='));
    const authorization = `Bearer ${greedy.apiKey}`;
    const read = () => ask(platform, '192.0.2.1', { authorization });
    const untilRefused = (call: () => Promise<Response>) =>
      eventually(async () => {
        const answer = await call();
        await answer.arrayBuffer();
        expect(answer.status).toBe(429);
        return answer;
      });
    const refusals = async () => (await Scrape.of(platform)).value('clawcierge_rate_limited_total', { limit: 'cost' });
    /** It comes back in a little more than a minute. */
    const untilAllIsBack = () =>
      eventually(async () => {
        clock.advance(5_000);
        expect(await costPart(platform)).toBe(1);
      });
    await untilAllIsBack();
    await openChannel(platform, agent);
    expect(await statusesOf(12, 1, read)).toEqual({ 200: 12 });
    await eventually(async () => {
      await whileBehind(() => eventually(async () => expect(await costPart(platform)).toBe(1 / 16)));
      expect(await costPart(platform)).toBeLessThan(0.1);
    });
    // What there is stays as it is meanwhile.
    await clock.standStill(async () => {
      const part = await costPart(platform);
      const { policies, states } = limitsTold((await untilRefused(read)).headers);
      // Of less than all it is told for fewer seconds.
      const w = Math.ceil(5 * Math.sqrt(part));
      expect(policies.cost).toEqual({ q: Math.ceil(100 * part * w), w });
      expect(states.cost).toMatchObject({ r: 0 });
      expect((await submit(platform, agent, sender)).__typename).toBe('SubmitRequestSuccess');
      // An eighth of a hundred refusals are told at once, and the first was.
      const before = await refusals();
      const told: (number | undefined)[] = [];
      for (let count = 0; count < 20; count += 1) {
        get(`${platform.url}/v1/requests`, { agent: false, headers: { authorization } }, (answer) => {
          answer.resume();
          told.push(answer.statusCode);
        }).on('error', () => {});
      }
      await eventually(async () => expect(await refusals()).toBe(before + 20));
      await eventually(() => expect(told).toHaveLength(11));
      clock.advance(40);
      await eventually(() => expect(told).toHaveLength(12));
      expect(new Set(told)).toEqual(new Set([429]));
      // What is refused over the same connection is told at once again; browsers are looked up as ever.
      clock.advance(250);
      await untilRefused(() => ask(platform, '192.0.2.1'));
      expect((await logIn(device?.pair)).headers.get('location')).toBe('/admin/');
    });
    clock.advance(20_000);
    await eventually(async () => {
      const part = await costPart(platform);
      expect(part).toBeGreaterThan(1 / 16);
      expect(part).toBeLessThan(1 / 2);
    });
    await untilAllIsBack();
    expect(await statusesOf(12, 1, read)).toEqual({ 200: 12 });
  });

  it('bounds what all keys of one address take together, so that whoever has many has no more than a few', async () => {
    const platform = await platformForTest({ env: { COST_BUDGET_PER_MINUTE: '300', TRUST_PROXY: '1' } });
    const keys = await Promise.all(Array.from({ length: 33 }, () => registerSender(platform)));
    const readAt =
      (address: string, first = 0) =>
      (at: number) =>
        ask(platform, address, { authorization: `Bearer ${keys[first + at]?.apiKey}` });
    expect(await statusesOf(30, 3, readAt('192.0.2.1'))).toMatchObject({
      200: expect.any(Number),
      429: expect.any(Number),
    });
    expect(await statusesOf(3, 1, readAt('198.51.100.1', 30))).toEqual({ 200: 3 });
  });
});
