import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, openChannel, STANDUP, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { startAgentProcess } from '../testkit/agent-process.ts';
import { createNode } from '../testkit/application-node.ts';
import { GIVES_UP_SOON, nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { readiness, untilReady } from '../testkit/ready.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { RawChannel, refusedUpgrade } from '../websocket/raw-channel.ts';

const WITHIN_MS = 30_000;
const GIVES_UP_SOONER = { ...GIVES_UP_SOON, DATABASE_STATEMENT_TIMEOUT_SECONDS: '1' };

async function databaseForTest() {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  return url;
}

/** Runs SQL past the platform. */
async function runSql(databaseUrl: string, ...statements: readonly string[]) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

describe('a node that stood still, as on a machine that slept', () => {
  it('renews itself when it wakes, and keeps its channels', async () => {
    const clock = createManualClock();
    const node = await startTestPlatform({ clock, env: { LOG_LEVEL: 'info', NODE_TIMEOUT_SECONDS: '10' } });
    onTestFinished(() => node.stop());
    const { agent, sender } = await agentAndSender(node);
    const channel = await RawChannel.open(node, agent);
    const { agent: other } = await agentAndSender(node);
    const graphql = await openChannel(node, other);
    // Longer than NODE_TIMEOUT_SECONDS and WS_HEARTBEAT_TIMEOUT_SECONDS at once: whatever was due happens before the
    // database answers anything, and before anybody is heard.
    clock.advance(90_000);
    await untilReady(node, WITHIN_MS);
    for (const [to, by] of [
      [agent, channel],
      [other, graphql],
    ] as const) {
      const { id } = await submitAccepted(node, to, sender);
      await by.received(id, WITHIN_MS);
    }
    expect(node.log.lines.filter((line) => line.includes('could not renew itself'))).toEqual([]);
  });
});

describe('a node that cannot renew itself for NODE_TIMEOUT_SECONDS', () => {
  it('sends its agents elsewhere, takes none, says so once, and is back by itself', async () => {
    const { proxy, url: databaseUrl } = await proxiedDatabase(await databaseForTest());
    const [node] = await startNodes({
      count: 1,
      databaseUrl,
      overPostgres: true,
      env: { ...GIVES_UP_SOONER, LOG_LEVEL: 'info' },
    });
    if (!node) throw new Error('a node is needed');
    const { agent, sender } = await agentAndSender(node);
    const { agent: other } = await agentAndSender(node);
    const raw = await RawChannel.open(node, agent);
    const graphql = await openChannel(node, other);
    const sdk = await startAgentProcess(node, other);

    proxy.stall();
    expect(await raw.messages.ended(WITHIN_MS)).toMatchObject({ code: 1001 });
    expect(await graphql.events.ended(WITHIN_MS)).toMatchObject({ error: { code: 1001 } });
    expect(await readiness(node)).toMatchObject({
      status: 503,
      body: { detail: 'Not ready: database, node (fenced).', checks: { database: 'down' } },
    });
    const refused = await refusedUpgrade(node, `/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);

    proxy.resume();
    await untilReady(node, WITHIN_MS);
    await RawChannel.open(node, agent);
    // What is sent now reaches the agent that has tried again and again meanwhile.
    const { id } = await eventually(() => submitAccepted(node, other, sender), WITHIN_MS);
    await sdk.received(id, WITHIN_MS);
    await untilStatus(node, id, sender, 'COMPLETED', WITHIN_MS);
    await eventually(() => {
      const told = node.log.lines.filter((line) => line.includes('could not renew itself'));
      const over = node.log.lines.filter((line) => line.includes('can renew itself again'));
      expect([told.length, over.length]).toEqual([1, 1]);
    });
  });

  it('leaves what its agents hold to other nodes, which deliver it', async () => {
    const url = await databaseForTest();
    const { proxy, url: databaseUrl } = await proxiedDatabase(url);
    const [silent] = await startNodes({ count: 1, databaseUrl, overPostgres: true, env: GIVES_UP_SOONER });
    const [other] = await startNodes({ count: 1, databaseUrl: url, overPostgres: true, env: GIVES_UP_SOON });
    if (!silent || !other) throw new Error('two nodes are needed');
    const { agent, sender } = await agentAndSender(other);
    const first = await openChannel(silent, agent);
    const { id } = await submitAccepted(other, agent, sender);
    expect(await first.received(id, WITHIN_MS)).toMatchObject({ attempt: 1 });
    proxy.stall();
    expect(await first.events.ended(WITHIN_MS)).toMatchObject({ error: { code: 1001 } });
    const second = await openChannel(other, agent);
    expect(await second.received(id, WITHIN_MS)).toMatchObject({ attempt: 2 });
    proxy.resume();
  });
});

describe('a fenced node', () => {
  it('tries to renew itself beside a renewal that gets no answer, and is back with the first that does', async () => {
    const clock = createVirtualClock();
    const isLost = { renewals: false };
    let lost = 0;
    const node = await createNode({
      databaseUrl: await databaseForTest(),
      bus: new LossyNetwork().join(),
      clock,
      wrap: (storage) => ({
        ...storage,
        presence: {
          ...storage.presence,
          renewNode(...args) {
            if (!isLost.renewals) return storage.presence.renewNode(...args);
            lost += 1;
            return new Promise(() => {});
          },
        },
      }),
    });
    onTestFinished(() => node.stop());
    await node.start();
    isLost.renewals = true;
    clock.advance(2_500);
    expect(lost).toBe(1);
    clock.advance(11_000);
    expect(node.app.node.refusal()).toBe('fenced');
    await eventually(() => {
      clock.advance(1_000);
      expect(lost).toBeGreaterThan(2);
    });
    isLost.renewals = false;
    // Whichever of them is due next.
    await eventually(() => {
      clock.advance(500);
      expect(node.app.node.refusal()).toBeNull();
    });
  });
});

describe('readiness', () => {
  it('is refused while the database takes no writes, and given again when it does', async () => {
    const url = await databaseForTest();
    const nodes = await startNodes({ count: 1, databaseUrl: url, overPostgres: true, env: GIVES_UP_SOON });
    const node = nth(nodes, 0);
    const name = new URL(url).pathname.slice(1);
    const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;
    await untilReady(node, WITHIN_MS);
    await runSql(url, `alter database ${name} set default_transaction_read_only = on`, endSessions);
    await eventually(async () => {
      expect(await readiness(node)).toMatchObject({ status: 503, body: { checks: { database: 'down' } } });
    }, WITHIN_MS);
    await runSql(
      url,
      'set default_transaction_read_only = off',
      `alter database ${name} reset default_transaction_read_only`,
      endSessions,
    );
    await untilReady(node, WITHIN_MS);
  });

  it('is refused while the disk of the database is full, by name, and given again when there is room', async () => {
    const url = await databaseForTest();
    const node = nth(await startNodes({ count: 1, databaseUrl: url, overPostgres: true, env: GIVES_UP_SOON }), 0);
    const { agent, sender } = await agentAndSender(node);
    await untilReady(node, WITHIN_MS);
    // PostgreSQL's own error, for whatever takes room in either table.
    await runSql(
      url,
      `create function no_room() returns trigger language plpgsql as
      $$ begin raise disk_full using message = 'could not extend file: No space left on device'; end $$`,
      'create trigger no_room before insert or update on nodes for each statement execute function no_room()',
      'create trigger no_room before insert or update on requests for each statement execute function no_room()',
    );
    await eventually(async () => {
      expect(await readiness(node)).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining('database (its disk is full)'), checks: { database: 'down' } },
      });
    }, WITHIN_MS);
    expect(node.log.lines.join()).toMatch(/the database did not answer.*"code":"53100".*"reason":"its disk is full"/);
    const refused = await fetch(`${node.url}/v1/agents/${agent.handle}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...STANDUP, when_offline: 'queue' }),
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    await runSql(url, 'drop trigger no_room on nodes', 'drop trigger no_room on requests');
    await untilReady(node, WITHIN_MS);
    await submitAccepted(node, agent, sender, { whenOffline: 'QUEUE' });
  });

  it('is refused when a renewal fails, whatever the reason', async () => {
    const url = await databaseForTest();
    const node = nth(await startNodes({ count: 1, databaseUrl: url, overPostgres: true, env: GIVES_UP_SOON }), 0);
    await untilReady(node, WITHIN_MS);
    await runSql(url, 'alter table nodes rename to nodes_of_another_release');
    await eventually(async () => expect((await readiness(node)).status).toBe(503), WITHIN_MS);
    await runSql(url, 'alter table nodes_of_another_release rename to nodes');
    await untilReady(node, WITHIN_MS);
  });

  it('asks the database nothing', async () => {
    const { proxy, url: databaseUrl } = await proxiedDatabase(await databaseForTest());
    const node = nth(await startNodes({ count: 1, databaseUrl, overPostgres: true }), 0);
    proxy.stall();
    // It knows of nothing wrong yet, and does not wait to find out.
    expect((await readiness(node)).status).toBe(200);
    proxy.resume();
  });
});
