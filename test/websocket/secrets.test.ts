import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CALENDAR, rest } from '../rest/rest-client.ts';
import { openChannel } from '../testkit/actors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { uniqueHandle } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { startServerProcess, temporaryFolder } from '../testkit/server-process.ts';
import { RawChannel, refusedUpgrade } from './raw-channel.ts';

/** Sends bytes by hand, and waits until the server has ended the connection. */
async function sendByHand(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('data', () => {});
  socket.on('error', () => {});
  socket.write(text);
  await within(once(socket, 'close'), 'end of the connection');
}

describe.each(['development', 'production'])('what a server in %s writes at the lowest level', (appEnv) => {
  it('holds no key, no token, no cookie, no params and no result', async () => {
    const server = await startServerProcess({ APP_ENV: appEnv, LOG_LEVEL: 'debug', DATA_DIR: temporaryFolder() });
    const platform = server as unknown as TestPlatform;
    const handle = uniqueHandle();
    const { body: agent } = await rest(platform, 'POST', '/v1/agents', { body: { display_name: 'A', handle } });
    const { body: sender } = await rest(platform, 'POST', '/v1/senders', { body: { display_name: 'S' } });
    const path = `/v1/agents/${agent.id}/ws`;
    const unknownKey = `${agent.api_key.slice(0, -1)}${agent.api_key.endsWith('x') ? 'y' : 'x'}`;
    const secrets = [agent.api_key, sender.api_key, unknownKey, 'secret-param', 'secret-result', 'secret-cookie'];

    await rest(platform, 'PUT', `/v1/agents/${agent.id}/capabilities`, {
      key: agent.api_key,
      body: { capabilities: [CALENDAR] },
    });
    const channel = await RawChannel.open(platform, { id: agent.id, apiKey: agent.api_key });
    await openChannel(platform, { id: agent.id, handle, apiKey: agent.api_key });
    await channel.close();
    const again = await RawChannel.open(platform, { id: agent.id, apiKey: agent.api_key });
    const body = { action: CALENDAR.action, params: { title: 'secret-param', duration_minutes: 30 } };
    for (let n = 0; n < 4; n++) {
      await rest(platform, 'POST', `/v1/agents/${handle}/requests`, { key: sender.api_key, body });
    }
    const { request_id } = await again.messages.take(({ type }) => type === 'request.received');
    again.complete(request_id, 'secret-result');
    again.complete(request_id, 'secret-result');
    await again.error();

    // Everything that may go wrong with a key in the URL.
    expect((await refusedUpgrade(platform, `${path}?token=${sender.api_key}`)).statusCode).toBe(403);
    expect((await refusedUpgrade(platform, `${path}?token=${unknownKey}`)).statusCode).toBe(401);
    expect((await refusedUpgrade(platform, `/v1/agents/x/ws?token=${agent.api_key}`)).statusCode).toBe(403);
    expect((await refusedUpgrade(platform, `/elsewhere?token=${agent.api_key}`)).statusCode).toBe(404);
    await rest(platform, 'GET', `${path}?token=${agent.api_key}`);
    await rest(platform, 'PATCH', `/v1/agents?token=${agent.api_key}`);
    await rest(platform, 'GET', `/v1/info/%E0%A4%A?token=${agent.api_key}`);
    await rest(platform, 'GET', '/v1/requests/x', { headers: { cookie: 'clawcierge_admin=secret-cookie' } });
    await sendByHand(server.url, `GET ${path}?token=${agent.api_key} HTTP/9.9\r\nbad header\r\n\r\n`);
    const upgrade = ['Host: h', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    await sendByHand(server.url, `GET ${path}?token=${agent.api_key} HTTP/1.1\r\n${upgrade.join('\r\n')}\r\n\r\n`);
    again.sendRaw('x'.repeat(70_000));
    expect(await again.closeCode()).toBe(1009);
    await rest(platform, 'DELETE', `/v1/agents/${agent.id}`, { key: agent.api_key });
    await eventually(() => expect(server.output()).toContain('/v1/agents/:id'));
    await server.end('SIGTERM');

    for (const secret of secrets) expect(server.output()).not.toContain(secret);
    expect(server.output()).not.toMatch(/token=(?!…)/);
  });
});
