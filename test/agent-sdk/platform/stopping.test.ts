import { describe, expect, it } from 'vitest';
import { AgentStoppingError } from '../../../agent-sdk/src/index.ts';
import { agentAndSender, readRequest, untilStatus } from '../../testkit/actors.ts';
import { eventually, within } from '../../testkit/eventually.ts';
import { ask } from '../../testkit/graphql.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { ANY_WORK, aborted, agentAtWork, agentUnderTest, start, TRANSPORTS } from './agent-under-test.ts';

const platform = platformForFile();

describe.each(TRANSPORTS)('stopping an agent, over %s', (transport) => {
  async function working(options = {}) {
    const { submit, ...rest } = await agentAtWork(platform, transport, options);
    return { ...rest, submit: () => submit({ whenOffline: 'QUEUE' }) };
  }

  const untilGone = (id: string) =>
    eventually(async () => {
      const { agent } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id });
      expect(agent.status).toBe('INACTIVE');
    });

  it('lets what runs finish and be reported, takes nothing new, and leaves the rest for the next start', async () => {
    const { agent, gate, sender, registered, submit, log } = await working({ concurrency: 1 });
    const running = await submit();
    await gate.entry();
    const waiting = await submit();
    await untilStatus(platform, waiting.id, sender, 'ACKED');
    const stopped = agent.stop();
    const late = await submit();
    gate.open();
    await within(stopped, 'end of the drain');
    await agent.closed;
    expect(await readRequest(platform, running.id, sender)).toMatchObject({
      status: 'COMPLETED',
      result: { attempt: 1 },
    });
    expect(gate.entered).toBe(1);
    await untilGone(registered.id);
    for (const { id } of [waiting, late]) await untilStatus(platform, id, sender, 'PENDING');
    expect(log.filter((line) => line.startsWith('warn'))).toEqual([]);

    const next = agentUnderTest(platform, registered, transport);
    next.agent.onAny(({ attempt }) => attempt);
    await start(next);
    for (const { id } of [waiting, late]) {
      expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: 2 });
    }
  });

  it('aborts what is not done in time, and leaves it to the platform', async () => {
    const { agent, gate, sender, registered, submit } = await working();
    const { id } = await submit();
    const signal = await gate.entry();
    await agent.stop({ drainMs: 0 });
    expect(await aborted(signal)).toBeInstanceOf(AgentStoppingError);
    await untilGone(registered.id);
    expect(await untilStatus(platform, id, sender, 'PENDING')).toMatchObject({ result: null, error: null });
  });

  it('is one stop, however often it is asked for', async () => {
    const { agent, registered } = await working();
    const first = agent.stop();
    expect(agent.stop({ drainMs: 0 })).toBe(first);
    await first;
    await untilGone(registered.id);
  });

  it('ends an agent that leaves its block', async () => {
    const { registered } = await (async () => {
      const { agent: registered } = await agentAndSender(platform, ANY_WORK);
      const tested = agentUnderTest(platform, registered, transport);
      await using agent = tested.agent;
      await within(agent.start(), 'open channel');
      return { registered };
    })();
    await untilGone(registered.id);
  });
});
