import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { FairShare } from '../../src/application/admission/fair-share.ts';
import { Metrics } from '../../src/application/ports/metrics.ts';
import { Arrivals } from '../../src/transport/arrivals.ts';
import { agentAndSender, registerAgent, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { Scrape } from '../testkit/scrape.ts';
import { costPart, whileBehind } from '../testkit/while-behind.ts';

/** A connection on which so much is written, and nothing read. */
async function connection({ url }: TestPlatform, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const isGone = (socket: Socket) => socket.destroyed || socket.readyState !== 'open';

it('half connections are a fifth of all at most, and make room for whoever sends a request, and for one another', async () => {
  const platform = await platformForTest({ env: { SOCKETS_MAX: '10', CONNECTIONS_MAX: '40' } });
  const agent = await registerAgent(platform);
  const channel = await RawSocket.open(platform, agent.apiKey);
  const half: Socket[] = [];
  for (let count = 0; count < 200; count += 1) {
    const socket = await connection(
      platform,
      count % 2 === 0
        ? ''
        : 'POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    socket.resume();
    half.push(socket);
  }
  await eventually(async () => expect(half.filter((each) => !isGone(each)).length).toBeLessThanOrEqual(8));
  expect(half.slice(-5).filter(isGone)).toEqual([]);
  expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  channel.subscribe('1', '{ viewer { __typename } }');
  expect(await channel.next('1')).toMatchObject({ data: { viewer: { __typename: 'Agent' } } });
});

it('connections that come all at once are all let in, and none is put off until later ones are', async () => {
  const platform = await platformForTest();
  const { hostname, port } = new URL(platform.url);
  const order: string[] = [];
  const open = (name: string) => {
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.once('connect', () => order.push(name));
    return once(socket, 'connect');
  };
  const all = Array.from({ length: 1_500 }, () => open('at once'));
  await Promise.race(all);
  await open('later');
  // With what found no place the system would have tried again, after this one.
  expect(order.indexOf('later')).toBe(all.length);
  await Promise.all(all);
});

it('of connections that come all at once a late node takes in a share of each address, and resets the others', async () => {
  const platform = await platformForTest({ env: { OVERLOAD_DELAY_MS: '4000', METRICS_PORT: '0' } });
  const { hostname, port } = new URL(platform.url);
  const comeAtOnce = async (localAddress: string, length: number) => {
    const come = Array.from({ length }, () => {
      const socket = connect({ port: Number(port), host: hostname, localAddress });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
      const { promise, resolve } = Promise.withResolvers<boolean>();
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      return promise;
    });
    return (await Promise.all(come)).filter(Boolean).length;
  };
  // On a slow machine there may be all of it again before so many have come.
  await eventually(async () => {
    await whileBehind(() => eventually(async () => expect(await costPart(platform)).toBeLessThan(0.1)));
    const taken = await comeAtOnce('127.0.0.2', 600);
    expect(taken).toBeGreaterThanOrEqual(50);
    expect(taken).toBeLessThan(600);
  });
  expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  const turnedAway = { cause: 'arrivals' };
  expect((await Scrape.of(platform)).value('clawcierge_connections_ended_total', turnedAway)).toBeGreaterThan(0);
  await eventually(async () => expect(await comeAtOnce('127.0.0.2', 10)).toBe(10));
});

it('of IPv6 a late node takes in a share of each /48, and of each address of IPv4 however it is written', async () => {
  const clock = createManualClock();
  const share = new FairShare();
  const log = createRecordingLog();
  onTestFinished(share.watch({ clock, log, latenessMs: () => 100, lateMs: 5 }));
  for (let looks = 0; looks < 2; looks += 1) clock.advance(50);
  const metrics = new Metrics();
  const arrivals = new Arrivals({ share, clock, log, metrics });
  const takenOf = (addressOf: (at: number) => string) =>
    Array.from({ length: 60 }, (_, at) => arrivals.check(addressOf(at))).filter((isTurnedAway) => !isTurnedAway).length;
  await clock.standStill(async () => {
    // So many that more are taken in only of those who had few.
    for (let each = 0; each < 5; each += 1) expect(takenOf((at) => `198.51.${each}.${at}`)).toBe(60);
    expect(takenOf((at) => `2001:db8:1:${at}::1`)).toBe(50);
    expect(takenOf((at) => `2001:db8:2:${at}::1`)).toBe(50);
    expect(takenOf((at) => (at % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1'))).toBe(50);
    expect(takenOf((at) => `64:ff9b::203.0.113.${at}`)).toBe(60);
    expect(metrics.connectionsEnded.of('arrivals').value).toBe(30);
    clock.advance(1_000);
    expect(arrivals.check('2001:db8:1::1')).toBe(false);
  });
});

it('connections that do not read are ended when all leave too much unread, and no other', async () => {
  const platform = await platformForTest({ env: { UNSENT_MAX_BYTES: '8388608' } });
  const agent = await registerAgent(platform);
  const capabilities = Array.from({ length: 50 }, (_, index) => ({
    action: `action.${index}`,
    description: 'x'.repeat(8_000),
  }));
  await mutateSuccessfully(
    platform,
    'publishCapabilities',
    { agentId: agent.id, capabilities },
    'contract { version }',
    agent,
  );
  const channel = await RawSocket.open(platform, agent.apiKey);
  const fields = Array.from({ length: 9 }, (_, index) => `d${index}: description`).join(' ');
  const body = JSON.stringify({
    query: `{ agent(id: "${agent.id}") { capabilities { capabilities { ${fields} } } } }`,
  });
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const silent: Socket[] = [];
  for (let count = 0; count < 40; count += 1) {
    const socket = await connection(platform, `${head}${body}`.repeat(3));
    socket.pause();
    silent.push(socket);
  }
  await eventually(async () => {
    expect(platform.log.lines.filter((line) => line.includes('"limit":"unsent_in_all"')).length).toBeGreaterThan(0);
  });
  channel.subscribe('1', '{ viewer { __typename } }');
  expect(await channel.next('1')).toMatchObject({ data: { viewer: { __typename: 'Agent' } } });
  const read = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect((await read.text()).length).toBeGreaterThan(3_000_000);
});

it('a connection over which something is served is not ended for what else is asked over it, nor an upload before refusals that wait', async () => {
  const clock = createManualClock();
  const env = { COST_BUDGET_ANONYMOUS_PER_MINUTE: '60', CONNECTIONS_MAX: '40', SOCKETS_MAX: '10' };
  const platform = await platformForTest({ clock, env });
  const { agent, sender } = await agentAndSender(platform);
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  const HEALTH = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
  const REFUSED = 'GET /v1/agents HTTP/1.1\r\nHost: x\r\n\r\n';
  const WAITS = `GET /v1/requests/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sender.apiKey}\r\nPrefer: wait=60\r\n\r\n`;
  const UPLOAD = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sender.apiKey}\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n{"query":`;
  const open = async (text: string) => {
    const socket = await connection(platform, text);
    const read = { socket, text: '' };
    socket.on('data', (data) => {
      read.text += String(data);
    });
    return read;
  };
  const answered = (read: { readonly text: string }, pattern: RegExp) =>
    eventually(() => expect(read.text).toMatch(pattern));
  await eventually(async () => expect((await fetch(`${platform.url}/v1/agents`)).status).toBe(429));
  await clock.standStill(async () => {
    const restedBefore = await open(HEALTH + WAITS);
    await answered(restedBefore, /200 OK/);
    const refusedBeside = await open(WAITS + REFUSED + REFUSED);
    const upload = await open(UPLOAD);
    for (let count = 0; count < 12; count += 1) {
      const refused = await open(REFUSED);
      await answered(refused, /429 /);
      // One that is told after a quarter of a second, which does not pass.
      refused.socket.write(REFUSED);
    }
    upload.socket.write('"{ viewer { id } }"}');
    await answered(upload, /200 OK/);
    for (let count = 0; count < 40; count += 1) await answered(await open(HEALTH), /200 OK/);
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    await answered(restedBefore, /200 OK[\s\S]*200 OK[\s\S]*"cancelled"/i);
    await answered(refusedBeside, /200 OK[\s\S]*"cancelled"/i);
  });
});
