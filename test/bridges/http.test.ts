import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpSource } from '../../cli/src/bridge/http/source.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { platformForFile } from '../testkit/platform.ts';
import { type ReceivedCall, webhookReceiver } from '../testkit/webhook-receiver.ts';
import { bridged } from './bridged.ts';

const platform = platformForFile();
const CONTRACT = { capabilities: [{ action: 'order.place' }] };
const SECRET = `whsec_${Buffer.from('a secret of some length').toString('base64')}`;

/** An answer that changes to another protocol, which nobody has asked for. */
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n';

async function start(options: readonly string[] = []) {
  const receiver = await webhookReceiver();
  const { asker, ...others } = await bridged(platform, 'http', ({ write }) => [
    ...['--secret-file', write('secret', `${SECRET}\n`)],
    ...['--header-file', write('headers', '# who we are\nAuthorization: Bearer of news\n')],
    ...['--contract', write('contract.json', CONTRACT)],
    ...options,
    receiver.url,
  ]);
  return { ...others, receiver, sender: await asker() };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('clawcierge bridge http', () => {
  it('posts each request, signed as the webhooks of the platform are, and answers what comes back', async () => {
    const { receiver, sender } = await start();
    receiver.answerWith((response, { body }) => json(response, 200, { got: JSON.parse(body).params }));
    const { id, result } = await sender.ask('order.place', { item: 'tea' });
    expect(result).toEqual({ got: { item: 'tea' } });
    const [call] = receiver.received as readonly [ReceivedCall];
    expect(JSON.parse(call.body)).toEqual({
      id,
      action: 'order.place',
      params: { item: 'tea' },
      senderId: sender.id,
      contextId: null,
      attempt: 1,
      expiresAt: expect.any(String),
    });
    expect(call.headers).toMatchObject({ 'idempotency-key': id, authorization: 'Bearer of news' });
    const headers = call.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(call.body, headers)).toMatchObject({ id });
    expect(() => new Webhook(SECRET).verify(`${call.body} `, headers)).toThrow();
  });

  it('asks again at the place that a 202 names, until there is an answer', async () => {
    const { receiver, sender } = await start();
    let polls = 0;
    receiver.answerWith((response, { path, headers }) => {
      if (path === '/hook') return response.writeHead(202, { location: '/jobs/7' }).end();
      expect(headers).toMatchObject({ authorization: 'Bearer of news' });
      polls += 1;
      if (polls === 1) return response.writeHead(503).end();
      if (polls === 2) return response.writeHead(202).end();
      return json(response, 200, { done: path });
    });
    expect(await sender.ask('order.place')).toMatchObject({ status: 'COMPLETED', result: { done: '/jobs/7' } });
    receiver.answerWith((response) => response.writeHead(202, { location: 'http://127.0.0.1:1/jobs' }).end());
    expect((await sender.ask('order.place')).error).toMatchObject({ code: 'http_202' });
  });

  it('answers what went wrong, each by its name', async () => {
    const { receiver, sender } = await start();
    const problem = { 'content-type': 'application/problem+json' };
    const answers: readonly [(response: ServerResponse) => unknown, object][] = [
      [(response) => json(response, 404, {}), { code: 'http_404', message: 'The address answered 404.' }],
      [
        (response) => json(response, 500, { title: 'Broken', detail: 'No tea is left.' }, problem),
        { code: 'http_500', message: 'No tea is left.' },
      ],
      [
        (response) => response.writeHead(500).end('x'.repeat(1_100_000)),
        { code: 'http_500', message: 'The address answered 500.' },
      ],
      [
        (response) => response.writeHead(302, { location: '/other' }).end(),
        { code: 'http_302', message: expect.stringContaining('not followed') },
      ],
      [(response) => response.writeHead(200).end('<html>'), { code: 'invalid_output' }],
      [(response) => response.writeHead(200).end(`"${'x'.repeat(1_100_000)}"`), { code: 'result_too_large' }],
      [({ socket }) => socket?.write(SWITCHING), { code: 'upstream_error' }],
      [(response) => response.destroy(), { code: 'upstream_error', message: expect.stringContaining('may have') }],
    ];
    for (const [answer, error] of answers) {
      receiver.answerWith(answer);
      expect((await sender.ask('order.place')).error).toMatchObject(error);
    }
    expect(receiver.received.map(({ path }) => path)).not.toContain('/other');
    receiver.answerWith(204);
    expect(await sender.ask('order.place')).toMatchObject({ status: 'COMPLETED', result: null });
  });

  it('closes the connection when the request is cancelled', async () => {
    const { receiver, sender } = await start();
    let isClosed = false;
    receiver.answerWith((response) => {
      response.on('close', () => {
        isClosed = true;
      });
    });
    const id = await sender.submit('order.place');
    await receiver.calls.take();
    await sender.client.cancel(id);
    await eventually(() => expect(isClosed).toBe(true));
  });

  it('ends when nobody listens at the address any more, and cannot be opened before somebody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const source = new HttpSource({
      url: new URL(`http://127.0.0.1:${port}/`),
      capabilities: [],
      headers: {},
      resultMaxBytes: 1_024,
      checkEveryMs: 20,
      say: () => {},
    });
    onTestFinished(() => source.close());
    const { signal } = new AbortController();
    await source.open(signal);
    const ended = new Promise<string>((resolve) => source.onEnd(resolve));
    server.closeAllConnections();
    server.close();
    expect(await within(ended, 'end of the source')).toContain('does not answer');
    await source.close();
    await expect(source.open(signal)).rejects.toThrow('ECONNREFUSED');
  });

  it('says what is wrong with how it is started', async () => {
    const { home } = await start();
    const env = { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY: 'clw_agent_x' };
    const contract = home.write('contract.json', CONTRACT);
    const run = (...args: string[]) => home.run(['bridge', 'http', '--contract', contract, ...args], { env });
    expect(await run('ftp://localhost/')).toMatchObject({ code: 2, stderr: expect.stringContaining('ftp://') });
    expect(await run('http://a:b@localhost/')).toMatchObject({ code: 2 });
    const short = await run('--secret-file', home.write('short', 'short'), 'http://localhost/');
    expect(short).toMatchObject({ code: 2, stderr: expect.stringContaining('at least 16') });
    const wrong = await run('--header-file', home.write('wrong', 'no header'), 'http://localhost/');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Line 1') });
  });
});
