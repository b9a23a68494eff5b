import { describe, expect, it } from 'vitest';
import { AgentStoppedError, RequestCancelledError } from '../../../agent-sdk/src/index.ts';
import { registerAgent, registerSender } from '../../testkit/actors.ts';
import { eventually, within } from '../../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../../testkit/graphql.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { aborted, agentAtWork, agentUnderTest, start, TRANSPORTS } from './agent-under-test.ts';

const CHANNELS_MAX = 2;

const platform = platformForFile({ env: { CHANNELS_PER_AGENT_MAX: String(CHANNELS_MAX) } });

describe.each(TRANSPORTS)('an agent that the platform turns away, over %s', (transport) => {
  const endOf = (agent: { closed: Promise<void> }) =>
    within(
      agent.closed.then(
        () => 'stopped as asked',
        (error: unknown) => error,
      ),
      'end of the agent',
    );

  async function revokeKeysOf({ id, apiKey }: { readonly id: string; readonly apiKey: string }) {
    const { viewer } = await ask(platform, '{ viewer { ... on Agent { apiKeys { id } } } }', {}, { apiKey });
    for (const { id: apiKeyId } of viewer.apiKeys) {
      await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId }, 'key { id }', { apiKey });
    }
    return id;
  }

  it('stops when its key is revoked, and aborts what runs', async () => {
    const { tested, gate, registered, submit } = await agentAtWork(platform, transport);
    await submit();
    const signal = await gate.entry();
    await revokeKeysOf(registered);
    const error = await endOf(tested.agent);
    expect(error).toBeInstanceOf(AgentStoppedError);
    expect(error).toMatchObject({ closeCode: 4001, code: 'agent_stopped' });
    expect(await aborted(signal)).not.toBeInstanceOf(RequestCancelledError);
    gate.open();
    expect(tested.log.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(tested.log.join()).not.toContain(registered.apiKey);
  });

  it('stops when it is deleted', async () => {
    const agent = await registerAgent(platform);
    const tested = agentUnderTest(platform, agent, transport);
    await start(tested);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, '__typename', agent);
    expect(await endOf(tested.agent)).toMatchObject({ name: 'AgentStoppedError', closeCode: 4001 });
  });

  it('never starts with a key that the platform does not know', async () => {
    const { agent } = agentUnderTest(platform, { apiKey: 'clw_agent_nobody' }, transport);
    const error = await within(
      agent.start().catch((reason: unknown) => reason),
      'refusal',
    );
    expect(error).toBeInstanceOf(AgentStoppedError);
    expect(String(error)).not.toContain('clw_agent_nobody');
    expect(await endOf(agent)).toBe(error);
  });

  it('never starts with a sender’s key', async () => {
    const { agent } = agentUnderTest(platform, await registerSender(platform), transport);
    await expect(within(agent.run(), 'refusal')).rejects.toThrow(AgentStoppedError);
  });

  it('tells of it once through onStopped', async () => {
    const stopped: AgentStoppedError[] = [];
    const agent = await registerAgent(platform);
    const tested = agentUnderTest(platform, agent, transport, { onStopped: (error) => stopped.push(error) });
    await start(tested);
    await revokeKeysOf(agent);
    const error = await endOf(tested.agent);
    await tested.agent.stop();
    expect(stopped).toEqual([error]);
  });

  it('tries again slowly while the agent holds as many channels as it may', async () => {
    const registered = await registerAgent(platform);
    const holders = Array.from({ length: CHANNELS_MAX }, () => agentUnderTest(platform, registered, transport));
    await Promise.all(holders.map(start));
    await eventually(async () => {
      const { agent } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: registered.id });
      expect(agent.status).toBe('ACTIVE');
    });
    const oneMore = agentUnderTest(platform, registered, transport, { backoffCapMs: 2_000 });
    void oneMore.agent.start();
    const loss = await oneMore.losses.take();
    expect(loss).toMatchObject({ retry: 'slowly' });
    expect(loss.retryInMs).toBeGreaterThanOrEqual(1_000);
    // Over GraphQL the agent counts as connected while any of its channels is.
    if (transport === 'websocket') expect(oneMore.openings.pending()).toEqual([]);
    await holders[0]?.agent.stop();
    await within(oneMore.agent.start(), 'channel of the next in line');
    await oneMore.openings.take();
  });
});
