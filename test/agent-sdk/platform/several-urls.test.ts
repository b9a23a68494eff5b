import { describe, expect, it } from 'vitest';
import { agentAndSender } from '../../testkit/actors.ts';
import { platformForFile, platformForTest } from '../../testkit/platform.ts';
import { startServerProcess } from '../../testkit/server-process.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, Gate, start, TRANSPORTS, WORK } from './agent-under-test.ts';

/** The node that stays. */
const second = platformForFile();

/** Another node of the same platform, and how it goes. */
const firsts = [
  [
    'stopped',
    async () => {
      const node = await platformForTest({ databaseUrl: second.databaseUrl, env: { SHUTDOWN_GRACE_SECONDS: '0' } });
      return { url: node.url, end: () => node.stop() };
    },
  ],
  [
    'killed',
    async () => {
      const node = await startServerProcess({ DATABASE_URL: second.databaseUrl });
      return { url: node.url, end: () => node.end('SIGKILL') };
    },
  ],
] as const;

describe.each(firsts)('two nodes, of which one is %s', (_how, startFirst) => {
  it('serve agents and senders that know both', async () => {
    const first = await startFirst();
    const { agent: registered, sender } = await agentAndSender(second, ANY_WORK);
    const url = [first.url, second.url];
    const gate = new Gate();
    const agents = TRANSPORTS.map((transport) => {
      const tested = agentUnderTest({ url }, registered, transport);
      tested.agent.on(WORK.action, ({ id }, { signal }) => gate.pass(signal).then(() => id));
      return tested;
    });
    for (const tested of agents) {
      await start(tested);
      await tested.openings.take();
    }
    const client = clientUnderTest({ url }, sender);
    const submit = (n: number) =>
      client.submit({ handle: registered.handle, ...WORK, whenOffline: 'QUEUE', idempotencyKey: `k${n}` });
    const before = [await submit(1), await submit(2)];
    for (const _ of before) await gate.entry();
    const waits = before.map(({ id }) => client.wait(id));

    const ended = first.end();
    for (const { openings } of agents) await openings.take();
    gate.open();
    expect((await Promise.all(waits)).map(({ result }) => result)).toEqual(before.map(({ id }) => id));
    const after = await client.wait((await submit(3)).id);
    expect(after).toMatchObject({ status: 'COMPLETED', result: after.id });
    await ended;
    for (const { log } of agents) {
      const connected = log.filter((line) => line.startsWith('info connected'));
      expect(connected[0]).toContain(first.url);
      expect(connected.at(-1)).toContain(second.url);
    }
  });
});
