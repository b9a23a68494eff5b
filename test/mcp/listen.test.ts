import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/application/event-queue.ts';
import { agentAndSender, CALENDAR, ownerOf, publishCapabilities } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { doorOver } from './door.ts';
import { Listener } from './listener.ts';
import { connectClient, mcp, VERSION } from './mcp-client.ts';

const platform = platformForFile();
const TOOLS = { notifications: { toolsListChanged: true } } as const;
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const CHANGED = 'notifications/tools/list_changed';

const listen = async (agent: { handle: string }, { apiKey }: { apiKey: string }, at = platform) => {
  const listener = await Listener.open(at, agent.handle, { key: apiKey, params: TOOLS });
  const { params } = await listener.take(ACKNOWLEDGED);
  expect(params.notifications).toEqual({ toolsListChanged: true });
  return listener;
};

describe('a listener', () => {
  it('hears that the tools of its agent changed, and of no other’s', async () => {
    const [one, other] = [await agentAndSender(platform), await agentAndSender(platform)];
    const [listener, elsewhere] = [await listen(one.agent, one.sender), await listen(other.agent, one.sender)];
    await publishCapabilities(platform, one.agent, [CALENDAR, { action: 'more' }]);
    await listener.take(CHANGED);
    await publishCapabilities(platform, other.agent, [CALENDAR, { action: 'more' }]);
    await elsewhere.take(CHANGED);
    expect([listener.messages.pending(), elsewhere.messages.pending()]).toEqual([[], []]);
  });

  it('is the SDK’s client, too', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const client = await connectClient(platform, agent.handle, sender.apiKey, { pin: VERSION });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    client.setNotificationHandler(CHANGED, resolve);
    await client.listen({ toolsListChanged: true });
    await publishCapabilities(platform, agent, [CALENDAR, { action: 'more' }]);
    expect(await promise).toMatchObject({ method: CHANGED });
  });

  it.each([['is revoked', 'revokeApiKey', 'key { id }']])(
    'ends with a result when its key %s',
    async (_what, field, fields) => {
      const { agent, sender } = await agentAndSender(platform);
      const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', sender);
      const listener = await listen(agent, { apiKey });
      await mutateSuccessfully(platform, field, { apiKeyId: key.id }, fields, sender);
      expect(await listener.messages.take()).toMatchObject({ id: 1, result: { resultType: 'complete' } });
      expect(await listener.messages.ended()).toBe('end');
      expect((await mcp(platform, agent.handle, 'tools/list', { key: apiKey })).status).toBe(401);
    },
  );

  it('ends when its agent is deleted', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const listener = await listen(agent, sender);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', ownerOf(agent));
    expect(await listener.messages.ended()).toBe('end');
  });

  it('ends when the node stops, and does not hold it up', async () => {
    const stopping = await platformForTest();
    const { agent, sender } = await agentAndSender(stopping);
    const listener = await listen(agent, sender, stopping);
    await stopping.stop();
    expect(await listener.messages.take()).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });

  it('is acknowledged and let go where it asks for what is not offered', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const notifications = { promptsListChanged: true };
    const listener = await Listener.open(platform, agent.handle, { key: sender.apiKey, params: { notifications } });
    expect((await listener.take(ACKNOWLEDGED)).params.notifications).toEqual({});
    expect(await listener.messages.ended()).toBe('end');
  });

  it('ends also where the node begins to stop while it begins', async () => {
    const agent = { id: 'a', handle: 'anybody', displayName: 'Anybody' };
    const at = await doorOver({
      agents: {
        offerOf: async () => ({ agent, contract: null }),
        async watchContract() {
          at.streams.endAll();
          return new EventQueue<'changed'>({ max: 1 });
        },
      },
      keys: { whenKeyEnds: () => () => {} },
    });
    for (let round = 0; round < 2; round += 1) {
      const listener = await Listener.open(at, agent.handle, { key: 'k', params: TOOLS });
      expect(await listener.messages.ended()).toBe('end');
    }
  });
});
