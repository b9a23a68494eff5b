import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/data-program.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  STANDUP,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { LACKS_PGBOUNCER, startPgBouncer, type TestPgBouncer } from '../testkit/pgbouncer.ts';
import { startTestPlatform } from '../testkit/platform.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

const REQUESTS = 300;

const START_PARAMETERS =
  'statement_timeout,idle_in_transaction_session_timeout,plan_cache_mode,max_parallel_workers_per_gather,jit';

const submitByRest = async (node: { url: string }, handle: string, apiKey: string, key: string) => {
  const response = await fetch(`${node.url}/v1/agents/${handle}/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ ...STANDUP, when_offline: 'queue' }),
  });
  return { status: response.status, body: await response.json() };
};

const readiness = async (node: { url: string }) => (await fetch(`${node.url}/health/ready`)).status;

describe.skipIf(LACKS_PGBOUNCER)('behind PgBouncer, which pools transactions', () => {
  let database: { readonly url: string; drop(): Promise<void> };
  let pooler: TestPgBouncer;
  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPgBouncer(database.url);
  });
  afterAll(async () => {
    await pooler.stop();
    await database.drop();
  });

  const twoNodes = async (env: Readonly<Record<string, string>> = {}) => {
    const nodes = await startNodes({
      databaseUrl: pooler.url,
      overPostgres: true,
      env: { DATABASE_DIRECT_URL: database.url, ...env },
    });
    return [nth(nodes, 0), nth(nodes, 1)] as const;
  };

  it('two nodes find it out, and carry requests from one to the other and back', async () => {
    const [a, b] = await twoNodes();
    expect(a.log.lines.join('\n')).toContain('a pooler of transactions stands before the database');
    const { agent, sender } = await agentAndSender(a);
    await publishPolicies(b, agent, { rules: [{ condition: 'sender_id == "x"', action: 'REJECT', reason: 'No.' }] });
    const channel = await openChannel(a, agent);
    const request = await submitAccepted(b, agent, sender);
    await channel.received(request.id);
    await acknowledge(a, agent, request.id);
    await complete(a, agent, request.id, { done: true });
    expect(await untilStatus(b, request.id, sender, 'COMPLETED')).toMatchObject({ result: { done: true } });
  });

  it('hundreds of requests at once are each carried out once', async () => {
    const [a, b] = await twoNodes({ CHANNEL_UNACKED_MAX: String(REQUESTS), DELIVERY_ACK_TIMEOUT_SECONDS: '60' });
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, (_, index) =>
        submitByRest(index % 2 === 0 ? a : b, agent.handle, sender.apiKey, `key-${index}`),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(REQUESTS);
    await Promise.all(
      [...ids].map(async (id) => {
        await channel.received(id, 60_000);
        await acknowledge(b, agent, id);
        await complete(a, agent, id);
      }),
    );
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(
      'select status, attempts, count(*)::int from requests where agent_id = $1 group by 1, 2',
      [agent.id],
    );
    await client.end();
    expect(rows).toEqual([{ status: 'COMPLETED', attempts: 1, count: REQUESTS }]);
  });

  it('leaves nothing on connections that others get', async () => {
    const client = new pg.Client({ connectionString: pooler.url });
    await client.connect();
    const { rows } = await client.query(`select current_setting('statement_timeout') as timeout,
      current_setting('plan_cache_mode') as plans, (select count(*)::int from pg_prepared_statements) as prepared`);
    await client.end();
    expect(rows).toEqual([{ timeout: '0', plans: 'auto', prepared: 0 }]);
  });

  it('statements that take too long are ended', async () => {
    const [node] = await twoNodes({ DATABASE_STATEMENT_TIMEOUT_SECONDS: '1' });
    const { agent, sender } = await agentAndSender(node);
    await whileLocked({ databaseUrl: database.url }, 'requests', 'exclusive', async () => {
      expect(await submitByRest(node, agent.handle, sender.apiKey, 'late')).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining('cannot reach its database') },
      });
    });
    expect(await submitByRest(node, agent.handle, sender.apiKey, 'late')).toMatchObject({ status: 202 });
  });

  it('is back when the pooler is', async () => {
    const [node] = await twoNodes();
    const { agent, sender } = await agentAndSender(node);
    await pooler.kill();
    expect(await submitByRest(node, agent.handle, sender.apiKey, 'again')).toMatchObject({ status: 503 });
    await pooler.start();
    await eventually(async () => {
      expect(await submitByRest(node, agent.handle, sender.apiKey, 'again')).toMatchObject({ status: 202 });
      expect(await readiness(node)).toBe(200);
    }, 30_000);
  });

  it.each([
    [
      'no way past it is known',
      {},
      /^The database of DATABASE_URL cannot be used: A pooler stands in front of it.* Set DATABASE_DIRECT_URL/,
    ],
    [
      'the way past it leads to it',
      { DATABASE_DIRECT_URL: 'pooler' },
      /DATABASE_DIRECT_URL leads to a pooler of transactions, too/,
    ],
    [
      'it is said not to be there',
      { DATABASE_POOLER: 'none' },
      /refuses the parameter \w+ that connections start with: leave DATABASE_POOLER at auto/,
    ],
  ])('the start is refused where %s', async (_case, env, message) => {
    const urls = Object.fromEntries(
      Object.entries({ DATABASE_URL: 'pooler', ...env }).map(([name, value]) => [
        name,
        value === 'pooler' ? pooler.url : value,
      ]),
    );
    await expect(startTestPlatform({ databaseUrl: pooler.url, env: urls })).rejects.toThrow(message);
  });

  it('programs that work on the data are refused without a way past it, and else do without it', async () => {
    const open = (env: Readonly<Record<string, string>>) => openDatabase({ config: readConfig(env), log: silentLog });
    await expect(open({ DATABASE_URL: pooler.url })).rejects.toThrow(
      /^The database of DATABASE_URL cannot be used: A pooler stands in front of it.* Set DATABASE_DIRECT_URL/,
    );
    await expect(open({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: pooler.url })).rejects.toThrow(
      'DATABASE_DIRECT_URL leads to a pooler of transactions, too',
    );
    await pooler.kill();
    try {
      const opened = await open({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url });
      expect(opened.name).toBe('DATABASE_DIRECT_URL');
      await opened.close();
    } finally {
      await pooler.start();
    }
  });

  it('one that keeps connections for sessions may be the way past it', async () => {
    const ofSessions = await startPgBouncer(database.url, {
      pool_mode: 'session',
      ignore_startup_parameters: START_PARAMETERS,
    });
    try {
      const [a, b] = await twoNodes({ DATABASE_DIRECT_URL: ofSessions.url });
      const { agent, sender } = await agentAndSender(a);
      const channel = await openChannel(a, agent);
      await channel.received((await submitAccepted(b, agent, sender)).id);
    } finally {
      await ofSessions.stop();
    }
  });

  it('that ignores what connections start with, is found out all the same', async () => {
    const lenient = await startPgBouncer(database.url, {
      ignore_startup_parameters: START_PARAMETERS,
    });
    try {
      await expect(startTestPlatform({ databaseUrl: lenient.url, env: { DATABASE_URL: lenient.url } })).rejects.toThrow(
        'Set DATABASE_DIRECT_URL',
      );
    } finally {
      await lenient.stop();
    }
  });
});
