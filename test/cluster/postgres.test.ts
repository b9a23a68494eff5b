import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { readiness } from '../testkit/ready.ts';
import { temporaryFolder } from '../testkit/server-process.ts';

const submitByRest = async (node: { url: string }, handle: string, apiKey: string) => {
  const response = await fetch(`${node.url}/v1/agents/${handle}/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'calendar.schedule', params: { title: 'Standup', duration_minutes: 30 } }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
};

describe('PostgreSQL goes away and comes back', () => {
  it('by a restart: senders are told to come again, channels stay open, all recovers', async () => {
    const dataDir = temporaryFolder();
    const start = () => startEmbeddedPostgres({ dataDir, log: silentLog });
    let postgres = await start();
    onTestFinished(() => postgres.stop());
    const nodes = await startNodes({ databaseUrl: postgres.databaseUrl, overPostgres: true });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    const before = await submitAccepted(b, agent, sender);
    await channel.received(before.id);
    await acknowledge(a, agent, before.id);

    await postgres.stop();
    await eventually(async () => {
      expect(await readiness(a)).toMatchObject({ status: 200, body: { checks: { bus: 'degraded' } } });
    });
    const refused = await submitByRest(a, agent.handle, sender.apiKey);
    expect(refused).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
    expect((await fetch(`${a.url}/health`)).status).toBe(200);

    postgres = await start();
    // The channel is the one that was there before, and so is what it holds.
    const after = await eventually(async () => {
      const answer = await submitByRest(b, agent.handle, sender.apiKey);
      expect(answer.status).toBe(202);
      return answer.body;
    });
    await channel.received(after.id);
    await complete(a, agent, after.id);
    expect(await complete(b, agent, before.id)).toMatchObject({ request: { status: 'COMPLETED', attempts: 1 } });
  });

  it('by a connection that is half-open: no caller waits for ever, and all recovers', async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(() => drop());
    const { proxy, url: databaseUrl } = await proxiedDatabase(url);
    const [node] = await startNodes({ count: 1, databaseUrl, overPostgres: true });
    if (!node) throw new Error('a node is needed');
    const { agent, sender } = await agentAndSender(node);
    const channel = await openChannel(node, agent);
    proxy.stall();
    expect((await submitByRest(node, agent.handle, sender.apiKey)).status).toBe(503);
    proxy.resume();
    const { id } = await eventually(() => submitAccepted(node, agent, sender), 20_000);
    await channel.received(id, 20_000);
    await complete(node, agent, id);
    await untilStatus(node, id, sender, 'COMPLETED');
  });

  it('by connections that are cut: what failed is tried again by the next call', async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(() => drop());
    const { proxy, url: databaseUrl } = await proxiedDatabase(url);
    const [node] = await startNodes({ count: 1, databaseUrl, overPostgres: true });
    if (!node) throw new Error('a node is needed');
    const { agent, sender } = await agentAndSender(node);
    const channel = await openChannel(node, agent);
    for (let round = 0; round < 5; round += 1) {
      proxy.cut();
      const { id } = await eventually(() => submitAccepted(node, agent, sender));
      await channel.received(id);
      proxy.cut();
      await eventually(async () => {
        const { __typename } = await complete(node, agent, id);
        expect(['CompleteRequestSuccess', 'RequestFinishedError']).toContain(__typename);
      });
      expect(await readRequest(node, id, sender)).toMatchObject({ status: 'COMPLETED' });
    }
  });
});
