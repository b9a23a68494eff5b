import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { OutboundError } from '../../src/application/ports/outbound.ts';
import { createHttpsOutbound } from '../../src/outbound/https-outbound.ts';
import { within } from '../testkit/eventually.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';

/** Ways to write an address that is not of the public internet, as URLs have them. */
const PRIVATE_FORMS = {
  loopback: '127.0.0.1',
  'another of loopback': '127.9.9.9',
  'loopback as one number': '2130706433',
  'loopback in hexadecimal': '0x7f000001',
  'loopback in octal': '0177.0.0.1',
  'loopback with parts left out': '127.1',
  'loopback of IPv6': '[::1]',
  'loopback mapped': '[::ffff:127.0.0.1]',
  'loopback mapped, in hexadecimal': '[::ffff:7f00:1]',
  'loopback, compatible': '[::127.0.0.1]',
  'loopback behind NAT64': '[64:ff9b::7f00:1]',
  'loopback behind a NAT64 of a network': '[64:ff9b:1::7f00:1]',
  'loopback in 6to4': '[2002:7f00:1::]',
  'loopback in Teredo': '[2001:0:7f00:1::]',
  'a network of RFC 1918': '10.1.2.3',
  'another of RFC 1918': '172.16.0.1',
  'a third of RFC 1918': '192.168.0.1',
  'what clouds tell secrets at': '169.254.169.254',
  'link-local of IPv6': '[fe80::1]',
  'unique local': '[fd00::1]',
  'site-local of before': '[fec0::1]',
  "a provider's NAT": '100.64.0.1',
  'any address': '0.0.0.0',
  'any address of IPv6': '[::]',
  'many at once': '224.0.0.1',
  'everybody at once': '255.255.255.255',
  'what benchmarks have': '198.18.0.1',
  documentation: '[2001:db8::1]',
} as const;

const addressOf = (form: string): string => new URL(`http://${form}`).hostname.replace(/^\[|\]$/g, '');

/** Why the call has no answer; its status where it has one. */
async function problemOf(call: Promise<number>): Promise<string | number> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return error.problem;
  }
}

/** Names of the test stand for these addresses. */
const outboundWith = (...addresses: readonly string[]) =>
  createHttpsOutbound({ allowPrivate: false, findAddresses: async () => addresses });

/** Reaches the receivers of the test. */
const lenient = (withinMs = 10_000) =>
  createHttpsOutbound({ allowPrivate: true, findAddresses: async () => ['127.0.0.1'], withinMs });

describe('an address that is not public', () => {
  it.each(Object.entries(PRIVATE_FORMS))('is refused as it stands in a URL: %s', async (_what, form) => {
    const outbound = outboundWith();
    const url = `https://${form}:4443/hook`;
    expect(outbound.problemOf(url)).toContain('must not be a private address');
    expect(await problemOf(outbound.post(url, {}, ''))).toBe('address');
  });

  it.each(Object.entries(PRIVATE_FORMS))('is refused as what a name stands for: %s', async (_what, form) => {
    const outbound = outboundWith(addressOf(form));
    const url = 'https://hooks.example/hook';
    expect(outbound.problemOf(url)).toBe(null);
    expect(await problemOf(outbound.post(url, {}, ''))).toBe('private');
  });

  it('is refused beside one that is public', async () => {
    const outbound = outboundWith('93.184.216.34', '127.0.0.1');
    expect(await problemOf(outbound.post('https://hooks.example/', {}, ''))).toBe('private');
  });

  it('is refused when a name begins to stand for it: each call asks once, and connects to what it was told', async () => {
    const answers = [[], ['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1']];
    const asked: string[] = [];
    const outbound = createHttpsOutbound({
      allowPrivate: false,
      findAddresses: async (hostname) => {
        asked.push(hostname);
        return answers.shift() ?? [];
      },
    });
    const call = () => problemOf(outbound.post('https://rebinding.example/', {}, ''));
    expect([await call(), await call(), await call()]).toEqual(['unknown-name', 'private', 'private']);
    expect(asked).toEqual(['rebinding.example', 'rebinding.example', 'rebinding.example']);
  });
});

describe('a URL', () => {
  it('is one of https, unless private addresses are allowed', () => {
    const http = 'http://hooks.example/';
    expect(outboundWith().problemOf(http)).toBe('must be a URL that begins with https://');
    expect(lenient().problemOf(http)).toBe(null);
    for (const url of ['ftp://hooks.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'hooks.example', '']) {
      expect(lenient().problemOf(url), url).toBe('must be a URL that begins with https:// or http://');
    }
  });

  it('holds no name and no password', () => {
    for (const url of ['https://me:secret@hooks.example/', 'https://me@hooks.example/']) {
      expect(outboundWith().problemOf(url)).toBe('must not hold a name or a password');
    }
  });

  it('holds no control characters, although they would be left out of it', () => {
    for (const url of ['https://hooks.example/\r\nX: y', 'https://hooks.exa\tmple/', '\u0000https://hooks.example/']) {
      expect(outboundWith().problemOf(url)).toBe('must not contain control characters');
    }
  });

  it('has a bound', () => {
    expect(outboundWith().problemOf(`https://hooks.example/${'a'.repeat(2_026)}`)).toBe(null);
    expect(outboundWith().problemOf(`https://hooks.example/${'a'.repeat(2_027)}`)).toBe(
      'must be at most 2048 characters long',
    );
  });
});

describe('a call', () => {
  it('follows no redirect', async () => {
    const target = await webhookReceiver();
    const receiver = await webhookReceiver({
      answer: (response) => response.writeHead(307, { location: target.url }).end(),
    });
    expect(await lenient().post(receiver.url, {}, '{}')).toBe(307);
    expect(target.received).toEqual([]);
  });

  it('reads no more of an answer than a bound', async () => {
    const closed = Promise.withResolvers<number>();
    const receiver = await webhookReceiver({
      answer(response) {
        let sent = 0;
        const piece = 'x'.repeat(65_536);
        const write = () => {
          while (!response.destroyed && response.write(piece)) sent += piece.length;
          if (!response.destroyed) response.once('drain', write);
        };
        response.once('close', () => closed.resolve(sent));
        response.writeHead(200);
        write();
      },
    });
    expect(await lenient().post(receiver.url, {}, '{}')).toBe(200);
    // It is told by the end of its connection; what had left by then fills buffers on the way, and no more.
    expect(await within(closed.promise, 'the end of the connection')).toBeLessThan(64 * 1_048_576);
  });

  it('does not wait for the rest of an answer that comes drop by drop', async () => {
    const responses: ServerResponse[] = [];
    const receiver = await webhookReceiver({
      answer(response) {
        responses.push(response);
        response.writeHead(200).write('.');
      },
    });
    expect(await lenient(500).post(receiver.url, {}, '{}')).toBe(200);
    const [response] = responses;
    if (response && !response.destroyed) await within(once(response, 'close'), 'the end of the connection');
    expect(response?.destroyed).toBe(true);
  });

  it('is given up when nobody answers, and when it is told to', async () => {
    const receiver = await webhookReceiver({ answer: () => {} });
    expect(await problemOf(lenient(200).post(receiver.url, {}, '{}'))).toBe('timeout');
    expect(await problemOf(lenient().post(receiver.url, {}, '{}', AbortSignal.timeout(50)))).toBe('timeout');
    expect(await problemOf(lenient().post(receiver.url, {}, '{}', AbortSignal.abort()))).toBe('timeout');
  });

  it('is not made to a host that cannot show that it is the one', async () => {
    const file = (name: string) => readFileSync(join(import.meta.dirname, '../postgres/certificates', name), 'utf8');
    const receiver = await webhookReceiver({ tls: { key: file('server.key'), cert: file('server.crt') } });
    expect(await problemOf(lenient().post(receiver.url, {}, '{}'))).toBe('tls');
    setDefaultCACertificates([...getCACertificates(), file('authority.crt')]);
    const other = receiver.url.replace('localhost', 'hooks.example');
    expect(await problemOf(lenient().post(other, {}, '{}'))).toBe('tls');
    expect(receiver.received).toEqual([]);
    expect(await problemOf(lenient().post(receiver.url, {}, '{}'))).toBe(204);
  });

  it('has no answer where nobody listens', async () => {
    expect(await problemOf(lenient().post('http://localhost:1/', {}, '{}'))).toBe('unreachable');
  });
});
