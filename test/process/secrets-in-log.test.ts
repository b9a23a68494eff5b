import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { acknowledge, agentAndSender, complete, openChannel, publishPolicies, submit } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { ADMIN_PASSWORD } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startServerProcess } from '../testkit/server-process.ts';
import { RawChannel, refusedUpgrade } from '../websocket/raw-channel.ts';

/** Words that nobody else says, by where they were sent. */
class Secrets {
  readonly #said = new Map<string, string>();

  make(where: string): string {
    const secret = `s${randomBytes(9).toString('hex')}`;
    this.#said.set(secret, where);
    return secret;
  }

  keep(where: string, secret: string): void {
    this.#said.set(secret, where);
  }

  /** Where those were sent that the text holds. */
  in(text: string): readonly string[] {
    return [...this.#said].filter(([secret]) => text.includes(secret)).map(([, where]) => where);
  }
}

it('no secret that settings, callers and agents have is in the log, whatever fails', async () => {
  const secrets = new Secrets();
  const { url: databaseUrl } = await createTestDatabase();
  const closed = `127.0.0.1:${await freePort()}`;
  const server = await startServerProcess({
    APP_ENV: 'production',
    DATABASE_URL: databaseUrl,
    ADMIN_PASSWORD,
    REDIS_URL: `redis://:${secrets.make('REDIS_URL')}@${closed}`,
    METRICS_PORT: '0',
    METRICS_TOKEN: secrets.make('METRICS_TOKEN'),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://tracer:${secrets.make('OTEL_EXPORTER_OTLP_ENDPOINT')}@${closed}/?key=${secrets.make('the endpoint’s query')}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secrets.make('OTEL_EXPORTER_OTLP_HEADERS')}`,
  });
  secrets.keep('ADMIN_PASSWORD', ADMIN_PASSWORD);
  const { agent, sender } = await agentAndSender(server);
  secrets.keep('the key of an agent', agent.apiKey);
  secrets.keep('the key of a sender', sender.apiKey);
  const { cookie } = await logIn(server);
  secrets.keep('the cookie', cookie.slice(cookie.indexOf('=') + 1));
  for (const typed of [
    { password: secrets.make('a wrong password') },
    { password: agent.apiKey },
    { password: `clw_owner_${secrets.make('a mistyped key')}` },
    { name: 'ada', password: sender.apiKey },
    { name: secrets.make('a key that is typed as a name'), password: 'x' },
  ]) {
    await fetch(`${server.url}/admin/login`, {
      method: 'POST',
      headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(typed),
    });
  }
  await publishPolicies(server, agent, {
    rules: [{ condition: `params_title == '${secrets.make('a rule')}'`, action: 'REJECT' }],
  });

  const invitation = { uses: 1, expiresAt: new Date(Date.now() + 60_000) };
  const { code } = await mutateSuccessfully(server, 'createInvitation', invitation, 'code', { cookie });
  secrets.keep('an invitation', code);
  for (const typed of [code, secrets.make('a wrong invitation')]) {
    await mutate(server, 'registerSender', { displayName: 'A', invitation: typed }, '__typename');
  }

  const channel = await openChannel(server, agent);
  const params = () => ({ title: secrets.make('params'), duration_minutes: 30 });
  const { request } = await submit(server, agent, sender, { params: params(), whenOffline: 'QUEUE' });
  await channel.received(request.id);
  await acknowledge(server, agent, request.id);
  await complete(server, agent, request.id, { link: secrets.make('a result') });
  const raw = await RawChannel.open(server, agent);
  raw.sendRaw(`{"type": "${secrets.make('a message of a channel')}`);
  raw.send({
    type: 'action.result',
    requestId: request.id,
    status: 'completed',
    result: secrets.make('a late result'),
  });
  await refusedUpgrade(server, `/v1/agents/${agent.id}/ws?token=${secrets.make('a wrong token')}`);
  const socket = new WebSocket(`${server.socketUrl}/graphql`, 'graphql-transport-ws');
  socket.on('open', () => {
    const payload = { authorization: `Bearer ${secrets.make('connection_init')}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    socket.send(secrets.make('no message'));
  });
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));

  const strange = async (client: typeof server) => {
    const headers = { authorization: `Bearer ${secrets.make('a wrong key')}`, cookie: `x=${secrets.make('a cookie')}` };
    await fetch(`${client.url}/v1/${secrets.make('a path')}?token=${secrets.make('a query')}`, { headers });
    await fetch(`${client.url}/v1/requests/${secrets.make('an id')}`, { headers });
    await fetch(`${client.url}/v1/agents/${agent.handle}/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${sender.apiKey}` },
      body: `{"action": "${secrets.make('half a body')}`,
    });
    await send(client, `{ ${secrets.make('a field')} }`);
    await send(client, `query { agent(id: "${secrets.make('a literal')}") { id } }`);
  };
  await strange(server);

  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await database.query('set search_path = clawcierge');
    await database.query('alter table requests rename column params to gone');
    await mutate(
      server,
      'submitRequest',
      {
        handle: agent.handle,
        action: 'calendar.schedule',
        params: params(),
        idempotencyKey: secrets.make('a failing call'),
      },
      'request { id }',
      sender,
    ).catch(() => {});
    await strange(server);
    await eventually(() => expect(server.output()).toContain('the database refused a statement'));
    await database.query('alter table requests rename column gone to params');
  } finally {
    await database.end();
  }
  await eventually(() => expect(server.output()).toContain('traces are not exported as they should be'), 30_000);
  await server.end('SIGTERM');
  expect(secrets.in(server.output())).toEqual([]);
});
