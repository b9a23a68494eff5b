import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { agentAndSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { platformForTest } from '../../testkit/platform.ts';
import { createTestDatabase } from '../../testkit/postgres.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, Gate, start, TRANSPORTS, WORK } from './agent-under-test.ts';

describe.each(TRANSPORTS)('many requests, over %s', (transport) => {
  it('run no more at a time than the agent lets them, and each once', async () => {
    const platform = await platformForTest();
    const { agent: registered, sender } = await agentAndSender(platform, ANY_WORK);
    let running = 0;
    let most = 0;
    const runs = new Map<string, number>();
    const tested = agentUnderTest(platform, registered, transport, { concurrency: 3 });
    tested.agent.on(WORK.action, async ({ id }) => {
      running += 1;
      most = Math.max(most, running);
      runs.set(id, (runs.get(id) ?? 0) + 1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return id;
    });
    await start(tested);
    const client = clientUnderTest(platform, sender);
    const finished = await Promise.all(
      Array.from({ length: 100 }, () => client.request({ handle: registered.handle, ...WORK, whenOffline: 'QUEUE' })),
    );
    expect(finished.every(({ id, status, result }) => status === 'COMPLETED' && result === id)).toBe(true);
    expect([...runs.values()]).toEqual(Array(100).fill(1));
    expect(most).toBe(3);
    expect(tested.log.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('are shared by the agent’s replicas, also over two nodes, and taken over when one is gone', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const nodes = [await platformForTest({ databaseUrl }), await platformForTest({ databaseUrl })] as const;
    const { agent: registered, sender } = await agentAndSender(nodes[0], ANY_WORK);
    const gate = new Gate();
    const replicas = nodes.map((node, replica) => {
      const tested = agentUnderTest(node, registered, transport);
      tested.agent.on(WORK.action, (_request, { signal }) => gate.pass(signal).then(() => replica));
      return tested;
    });
    for (const each of replicas) await start(each);
    // Over GraphQL an agent counts as connected while any of its channels is, so a replica may say so a moment early.
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    await eventually(async () => expect((await database.query('select from channels')).rowCount).toBe(2));
    await database.end();
    // The node that came later knows of both from the start.
    const client = clientUnderTest(nodes[1], sender);
    const input = { handle: registered.handle, ...WORK, whenOffline: 'QUEUE' } as const;
    const submitted = await Promise.all(Array.from({ length: 6 }, () => client.submit(input)));
    for (let n = 0; n < 6; n += 1) await gate.entry();
    await replicas[1]?.agent.stop({ drainMs: 0 });
    gate.open();
    const results = await Promise.all(submitted.map(({ id }) => client.wait(id)));
    expect(results.map(({ result }) => result)).toEqual(Array(6).fill(0));
    const attempts = results.map((result) => result.attempts);
    expect(attempts.filter((each) => each === 2).length).toBeGreaterThanOrEqual(1);
    expect(gate.entered).toBe(6 + attempts.filter((each) => each === 2).length);
  });
});
