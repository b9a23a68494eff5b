import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { canonicalAddress, networkOf, widerNetworkOf } from '../../src/domain/network.ts';
import { createHttpServer } from '../../src/transport/http-server.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';

/** The beginning of what the platform answers to these lines and this body. */
async function exchange({ url }: TestPlatform, lines: readonly string[], body = ''): Promise<string> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(`${[...lines, `Host: ${host}`].join('\r\n')}\r\n\r\n${body}`);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

const HTTP2_OFFER = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];

describe('a client that offers HTTP/2 besides', () => {
  it('is answered in HTTP/1.1', async () => {
    const platform = await platformForTest();
    expect(await exchange(platform, ['GET /health HTTP/1.1', ...HTTP2_OFFER])).toMatch(/^HTTP\/1\.1 200 /);
    const body = JSON.stringify({ display_name: 'Java' });
    const head = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    const answer = await exchange(platform, ['POST /v1/senders HTTP/1.1', ...HTTP2_OFFER, ...head], body);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });
});

describe('connections', () => {
  it('on which nothing moves are cut, but not before the longest wait for an outcome is over', async () => {
    const settings = {
      bodyLimitBytes: 65_536,
      trustProxy: false,
      httpRequestTimeoutSeconds: 30,
      corsOrigins: [],
    } as const;
    const { server } = await createHttpServer(settings, createRecordingLog());
    expect(server.timeout).toBeGreaterThan(60_000);
    expect(server.timeout).toBeLessThan(300_000);
  });

  it('from one address may not take every socket there is', async () => {
    const platform = await platformForTest({ env: { SOCKETS_PER_ADDRESS_MAX: '2', TRUST_PROXY: '1' } });
    const open = (address: string) =>
      new Promise<'open' | 'refused'>((resolve) => {
        const headers = { 'x-forwarded-for': address };
        const socket = new WebSocket(`${platform.socketUrl}/graphql`, 'graphql-transport-ws', { headers });
        onTestFinished(() => socket.terminate());
        socket.once('open', () => resolve('open'));
        socket.once('error', () => resolve('refused'));
      });
    expect(await open('192.0.2.1')).toBe('open');
    expect(await open('192.0.2.1')).toBe('open');
    expect(await open('192.0.2.1')).toBe('refused');
    expect(await open('192.0.2.2')).toBe('open');
    expect(await open('2001:db8::1')).toBe('open');
    expect(await open('2001:db8::2')).toBe('open');
    expect(await open('2001:db8::3')).toBe('refused');
  });
});

describe('limits by address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['64:FF9B::192.0.2.1', '192.0.2.1'],
    ['64:ff9b:0:0:0:0:c000:201%eth0', '192.0.2.1'],
    ['64:ff9b:1::c000:201', '192.0.2.1'],
    ['64:ff9b:1:fffe::192.0.2.1', '192.0.2.1'],
    // In prefixes of 48 and of 64 bits.
    ['64:ff9b:1:c000:2:100::', '64:ff9b:1:c000::/64'],
    ['64:ff9b:1:fffe:c0:2:100:0', '64:ff9b:1:fffe::/64'],
    ['64:ff9b:2::c000:201', '64:ff9b:2:0::/64'],
    ['64:ff9b:0:1::c000:201', '64:ff9b:0:1::/64'],
    ['64:ff9b', '64:ff9b:0::/64'],
    // 6to4 and Teredo.
    ['2002:c000:201::1', '2002:c000:201:0::/64'],
    ['2001:0:c000:201:8000:63bf:3fff:fdd2', '2001:0:c000:201::/64'],
  ])('count %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['192.0.2.1', '192.0.2.0/24'],
    ['::ffff:192.0.2.1', '192.0.2.0/24'],
    ['::ffff:c000:201', '192.0.2.0/24'],
    ['64:ff9b::c000:201', '192.0.2.0/24'],
    ['64:ff9b:1:fffe::c000:201', '192.0.2.0/24'],
    ['64:ff9b:1:c000:2:100::', '64:ff9b:1::/48'],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['2002:c000:201::1', '2002:c000:201::/48'],
    ['unknown', 'unknown'],
  ])('count %s as one of %s besides', (address, network) => {
    expect(widerNetworkOf(address)).toBe(network);
  });

  it('leave what is on record of a translated address as it was seen', () => {
    expect(canonicalAddress('64:FF9B::192.0.2.1')).toBe('64:ff9b::c000:201');
  });

  it('count whoever has a whole IPv6 network as one caller', async () => {
    const platform = await platformForTest({
      env: { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '3', TRUST_PROXY: '1' },
    });
    const register = async (address: string) => {
      const response = await fetch(`${platform.url}/v1/senders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ display_name: 'x' }),
      });
      return response.status;
    };
    const statuses = [];
    for (const last of [1, 2, 3, 4]) statuses.push(await register(`2001:db8::${last}`));
    expect(statuses).toEqual([201, 201, 201, 429]);
    expect(await register('2001:db8:0:1::1')).toBe(201);
    // Of a translator's callers each has an address of its own.
    const translated = [];
    for (const last of [1, 2, 3, 4]) translated.push(await register(`64:ff9b::198.51.100.${last}`));
    expect(translated).toEqual([201, 201, 201, 201]);
  });
});

describe('X-Forwarded-For', () => {
  /** How many registrations pass a limit of 3 a minute, each with one of these. */
  async function registered({ url }: TestPlatform, chains: readonly string[]): Promise<number> {
    const statuses = [];
    for (const chain of chains) {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': chain };
      const body = JSON.stringify({ display_name: 'x' });
      statuses.push((await fetch(`${url}/v1/senders`, { method: 'POST', headers, body })).status);
    }
    return statuses.filter((status) => status === 201).length;
  }
  const addresses = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4', '198.51.100.5'];
  /** What the proxies in front make of requests of one caller that names another address each time. */
  const ofOneCaller = (...proxies: string[]) => addresses.map((made) => [made, '203.0.113.9', ...proxies].join(', '));
  const ofFiveCallers = (...proxies: string[]) => addresses.map((address) => [address, ...proxies].join(', '));

  it.each([
    ['1', []],
    ['127.0.0.0/8, ::1', []],
    ['2', ['10.0.0.7']],
    ['loopback, 10.0.0.0/8', ['10.0.0.7']],
  ])('tells callers apart whom proxies name, and by nothing else, with TRUST_PROXY=%s', async (trustProxy, proxies) => {
    const platform = await platformForTest({
      env: { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '3', TRUST_PROXY: trustProxy },
    });
    expect(await registered(platform, ofOneCaller(...proxies))).toBe(3);
    expect(await registered(platform, ofFiveCallers(...proxies))).toBe(5);
  });

  it('counts for nothing without a proxy that is believed', async () => {
    const platform = await platformForTest({ env: { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '3' } });
    expect(await registered(platform, ofFiveCallers())).toBe(3);
  });
});

describe('a request that does not arrive whole', () => {
  let impatient: TestPlatform;
  beforeAll(async () => {
    impatient = await startTestPlatform({ env: { HTTP_REQUEST_TIMEOUT_SECONDS: '0.5' } });
  });
  afterAll(() => impatient.stop());

  const json = 'Content-Type: application/json';
  it.each([
    ['nothing at all', ''],
    ['half a header', 'POST /v1/senders HTTP/1.1\r\nHost: x\r\nContent-Ty'],
    ['half a body', `POST /v1/senders HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 100\r\n\r\n{"disp`],
    ['half a GraphQL body', `POST /graphql HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 100\r\n\r\n{"query`],
    [
      'half a chunked body',
      `POST /v1/senders HTTP/1.1\r\nHost: x\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"disp\r\n`,
    ],
    [
      'half a form',
      'POST /admin/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\npass',
    ],
    [
      'half a body for a path that there is not',
      `POST /v1/nothing HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 100\r\n\r\n{"disp`,
    ],
  ])('such as %s keeps no connection', async (_what, text) => {
    const { hostname, port } = new URL(impatient.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    socket.write(text);
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('keeps no connection when it was refused by its headers', async () => {
    const { hostname, port } = new URL(impatient.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`POST /v1/agents/x/requests HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 100\r\n\r\n{"disp`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    await once(socket, 'close');
  });
});

describe('a body that is answered before it has arrived', () => {
  const BYTES = 16 * 1_048_576;
  const head = ({ url }: TestPlatform) =>
    `POST /v1/senders HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: application/json\r\nContent-Length: ${BYTES}\r\n\r\n`;
  const open = ({ url }: TestPlatform) => {
    const socket = connect(Number(new URL(url).port), new URL(url).hostname);
    onTestFinished(() => void socket.destroy());
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.on('error', () => {});
    return { socket, text: () => text };
  };

  it('is read to its end, so that the client gets its answer', async () => {
    const platform = await platformForTest();
    const { socket, text } = open(platform);
    // It reads what it is told only when it has written everything.
    socket.pause();
    socket.write(head(platform));
    await new Promise<void>((resolve) => socket.write(Buffer.alloc(BYTES, 'x'), () => resolve()));
    socket.resume();
    await eventually(() => expect(text()).toMatch(/^HTTP\/1\.1 413 /));
  });

  it('is not waited for when it does not come', async () => {
    const platform = await platformForTest();
    const { socket, text } = open(platform);
    socket.write(head(platform));
    await once(socket, 'close');
    expect(text()).toMatch(/^HTTP\/1\.1 413 /);
  }, 20_000);
});
