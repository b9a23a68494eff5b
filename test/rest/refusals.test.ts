import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ForbiddenError } from '../../src/domain/errors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { AGENT_ID, ANSWER_MAX_BYTES, failingWith, stubServer } from './stub-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('what the host refuses', () => {
  it.each(['/v1/nothing', '/v1/agents/a/b/c', '/nothing?token=clw_agent_secret'])('%s is 404', async (url) => {
    const { server } = await stubServer();
    const response = await server.inject({ url });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ type: '/docs#problem-route-not-found', status: 404 });
    expect(response.body).not.toContain('secret');
  });

  it.each([
    ['PATCH', '/v1/agents', 'POST'],
    ['PUT', `/v1/agents/${AGENT_ID}`, 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/v1/agents/marius.exec/requests', 'POST'],
    ['DELETE', '/health', 'GET, HEAD'],
    ['POST', '/v1/agents/', 'POST'],
  ])('%s %s is 405 and allows %s', async (method, url, allowed) => {
    const { server } = await stubServer();
    const response = await server.inject({ method: method as 'PATCH', url });
    if (allowed === method) return expect(response.statusCode).not.toBe(405);
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe(allowed);
    expect(response.json()).toMatchObject({ type: '/docs#problem-method-not-allowed' });
  });

  it('an answer that has more bytes than one may have is 422 and says what to do instead', async () => {
    const checkpoint = async () => ({
      size: 1,
      root: Buffer.alloc(32),
      note: 'ä'.repeat(ANSWER_MAX_BYTES / 2),
      at: new Date(0),
    });
    const { server } = await stubServer({ app: { audit: { checkpoint } } });
    const response = await server.inject({ url: '/v1/audit/checkpoint', headers: { authorization: 'Bearer agent' } });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({
      type: '/docs#problem-answer-too-large',
      detail: 'The answer would have more than 4,194,304 bytes. Ask for a smaller page, with a smaller limit.',
    });
  });

  it('the agent channel without an upgrade is 426 and names the protocol', async () => {
    const { server } = await stubServer();
    const response = await server.inject({ url: `/v1/agents/${AGENT_ID}/ws?token=secret` });
    expect(response.statusCode).toBe(426);
    expect(response.headers.upgrade).toBe('websocket');
    expect(response.json()).toMatchObject({ type: '/docs#problem-upgrade-required' });
    expect(response.body).not.toContain('secret');
  });

  it('a URL that is none is 400', async () => {
    const { server } = await stubServer();
    const response = await server.inject({ url: '/v1/agents/%E0%A4%A' });
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/problem\+json/);
    expect(response.json()).toMatchObject({ type: '/docs#problem-bad-request' });
  });

  it.each(['', '{', 'hello', '{"a":1,}', '{"__proto__":{"a":1}}'])('the body %j is 400', async (payload) => {
    const { server } = await stubServer();
    const response = await server.inject({ method: 'POST', url: '/v1/agents', headers: JSON_TYPE, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ type: '/docs#problem-malformed-body' });
  });

  it('what it says of itself holds nothing of an unexpected error, whose cause is in the log under the same id', async () => {
    const cause = new Error('select * from secrets');
    const { server, log } = await stubServer({ app: failingWith(() => cause) });
    const response = await server.inject({ url: `/v1/agents/${AGENT_ID}` });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(/select|secrets|\bat /);
    const id = response.json().instance.replace('urn:uuid:', '');
    expect(log.errors().filter((line) => line.includes(id) && line.includes('select * from secrets'))).toHaveLength(1);
  });

  it('what it knows of, it does not log as an error', async () => {
    const { server, log } = await stubServer({ app: failingWith(() => new ForbiddenError('No.')) });
    expect((await server.inject({ url: `/v1/agents/${AGENT_ID}` })).statusCode).toBe(403);
    expect(log.errors()).toEqual([]);
  });

  it('a request that was half sent when the node began to stop is 503 with Retry-After', async () => {
    const { server } = await stubServer();
    await server.listen({ port: 0, host: '127.0.0.1' });
    const address = server.server.address();
    const connection = within(once(server.server, 'connection'), 'connection');
    const socket = connect({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, host: '127.0.0.1' });
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.write('GET /health HTTP/1.1\r\nHost: h\r\n');
    const [received] = (await connection) as [Socket];
    await eventually(() => expect(received.bytesRead).toBeGreaterThan(0));
    const closed = server.close();
    await eventually(() => expect(server.server.listening).toBe(false));
    socket.write('\r\n');
    await within(once(socket, 'close'), 'end of the connection');
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toMatch(/retry-after: 1\r\n/i);
    expect(text).toContain('/docs#problem-unavailable');
  });
});
