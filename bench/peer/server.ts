// What Clawcierge is compared with: the same protocol, written by hand in a day. Nothing of ours is imported here.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyReply } from 'fastify';
import pg from 'pg';
import { type WebSocket, WebSocketServer } from 'ws';
import { TABLES } from './tables.ts';

const EXPIRY_MS = 300_000;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(TABLES);

type Row = {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly result: unknown;
  readonly error: unknown;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date;
};

const hashOf = (key: string) => createHash('sha256').update(key).digest();
/** Each statement compares it, so a revoked key is refused at once. */
const keyHashOf = ({ headers }: IncomingMessage) => hashOf((headers.authorization ?? '').slice('Bearer '.length));

/** By handle. */
const channels = new Map<string, { readonly agentId: string; readonly socket: WebSocket }>();

const problem = (reply: FastifyReply, status: number, title: string) =>
  reply.code(status).type('application/problem+json').send({ type: 'about:blank', title, status });

const view = ({ action, ...row }: Row) => ({ ...row, action_type: action });

const app = Fastify({ bodyLimit: 1_048_576 });

app.post<{ Body: { handle: string; display_name: string } }>('/v1/agents', async ({ body }, reply) => {
  const [id, apiKey] = [randomUUID(), `clw_agent_${randomBytes(32).toString('base64url')}`];
  await pool.query('insert into agents (id, handle, display_name, key_hash) values ($1, $2, $3, $4)', [
    id,
    body.handle,
    body.display_name,
    hashOf(apiKey),
  ]);
  return reply.code(201).send({ id, handle: body.handle, api_key: apiKey });
});

app.post<{ Body: { display_name: string } }>('/v1/senders', async ({ body }, reply) => {
  const [id, apiKey] = [randomUUID(), `clw_sender_${randomBytes(32).toString('base64url')}`];
  await pool.query('insert into senders (id, display_name, key_hash) values ($1, $2, $3)', [
    id,
    body.display_name,
    hashOf(apiKey),
  ]);
  return reply.code(201).send({ id, api_key: apiKey });
});

app.put<{ Params: { id: string }; Body: { capabilities: unknown[] } }>(
  '/v1/agents/:id/capabilities',
  async (request, reply) => {
    const { capabilities } = request.body;
    const { rowCount } = await pool.query('update agents set capabilities = $3 where id = $1 and key_hash = $2', [
      request.params.id,
      keyHashOf(request.raw),
      JSON.stringify(capabilities),
    ]);
    return rowCount === 1 ? { agent_id: request.params.id, capabilities } : problem(reply, 401, 'Unauthorized');
  },
);

app.post<{ Params: { handle: string }; Body: { action: string; params?: object } }>(
  '/v1/agents/:handle/requests',
  {
    schema: {
      body: {
        type: 'object',
        required: ['action'],
        properties: { action: { type: 'string', maxLength: 128 }, params: { type: 'object' } },
      },
    },
  },
  async (request, reply) => {
    const channel = channels.get(request.params.handle);
    if (!channel) return problem(reply, 503, 'Service Unavailable');
    const { action, params = {} } = request.body;
    const [id, created_at] = [randomUUID(), new Date()];
    const expires_at = new Date(created_at.getTime() + EXPIRY_MS);
    const { rows } = await pool.query<{ sender_id: string }>({
      name: 'submit',
      text: `insert into requests (id, agent_id, sender_id, action, params, status, created_at, updated_at, expires_at)
             select $1::uuid, $2::uuid, id, $4::text, $5::json, 'delivered', $6::timestamptz, $6::timestamptz, $7::timestamptz
             from senders where key_hash = $3 returning sender_id`,
      values: [id, channel.agentId, keyHashOf(request.raw), action, JSON.stringify(params), created_at, expires_at],
    });
    const [inserted] = rows;
    if (!inserted) return problem(reply, 401, 'Unauthorized');
    channel.socket.send(
      JSON.stringify({
        type: 'request.received',
        request_id: id,
        action,
        params,
        sender_id: inserted.sender_id,
        attempt: 1,
        expires_at,
      }),
    );
    const answer = { id, status: 'delivered', action_type: action, created_at, updated_at: created_at, expires_at };
    return reply.code(202).send(answer);
  },
);

app.get<{ Params: { id: string } }>('/v1/requests/:id', async (request, reply) => {
  const { rows } = await pool.query<Row>({
    name: 'read',
    text: `select r.id, r.action, r.status, r.result, r.error, r.created_at, r.updated_at, r.expires_at
           from requests r join senders s on s.id = r.sender_id where r.id = $1 and s.key_hash = $2`,
    values: [request.params.id, keyHashOf(request.raw)],
  });
  const [row] = rows;
  return row ? view(row) : problem(reply, 404, 'Not Found');
});

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 65_536 });

app.server.on('upgrade', async (request, socket: Duplex, head) => {
  const id = /^\/v1\/agents\/([^/]+)\/ws$/.exec(request.url ?? '')?.[1];
  const { rows } = await pool.query<{ id: string; handle: string }>(
    'select id, handle from agents where id::text = $1 and key_hash = $2',
    [id, keyHashOf(request)],
  );
  const [agent] = rows;
  if (!agent) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (opened) => {
    channels.set(agent.handle, { agentId: agent.id, socket: opened });
    opened.on('message', (data) => take(agent.id, opened, String(data)));
    opened.on('close', () => {
      if (channels.get(agent.handle)?.socket === opened) channels.delete(agent.handle);
    });
  });
});

async function take(agentId: string, channel: WebSocket, text: string): Promise<void> {
  try {
    const message = JSON.parse(text);
    const changed = message.type === 'ack' ? await acknowledge(agentId, message) : await finish(agentId, message);
    if (!changed && message.type !== 'ack') {
      channel.send(JSON.stringify({ type: 'error', code: 'request_finished', request_id: message.request_id }));
    }
  } catch {
    channel.send(JSON.stringify({ type: 'error', code: 'invalid_message' }));
  }
}

/** An outcome that overtakes its ack on another connection of the pool is no harm: the ack then changes nothing. */
async function acknowledge(agentId: string, { request_id }: { request_id: string }): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'ack',
    text: `update requests set status = 'acked', updated_at = $3
           where id = $1 and agent_id = $2 and status = 'delivered'`,
    values: [request_id, agentId, new Date()],
  });
  return rowCount === 1;
}

async function finish(
  agentId: string,
  { request_id, status, result, error }: { request_id: string; status: string; result?: unknown; error?: unknown },
): Promise<boolean> {
  const isDone = status === 'completed';
  const { rowCount } = await pool.query({
    name: 'finish',
    text: `update requests set status = $3, result = $4, error = $5, updated_at = $6
           where id = $1 and agent_id = $2 and status in ('delivered', 'acked')`,
    values: [
      request_id,
      agentId,
      isDone ? 'completed' : 'failed',
      isDone ? JSON.stringify(result ?? null) : null,
      isDone ? null : JSON.stringify(error ?? null),
      new Date(),
    ],
  });
  return rowCount === 1;
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
process.once('SIGTERM', async () => {
  for (const { socket } of channels.values()) socket.terminate();
  await app.close();
  await pool.end();
});
console.log(`The peer listens on ${process.env.PORT}.`);
