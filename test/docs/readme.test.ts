import { expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, Subscription } from '../testkit/graphql.ts';
import { platformForTest } from '../testkit/platform.ts';
import { differenceFrom, snippetsOf } from './doc-snippets.ts';

const ACTOR = /^# as (nobody|the agent|the sender)$/m;

it("the README's walkthrough runs as it is written", async () => {
  const platform = await platformForTest();
  const credentials = new Map<string, Credential>([['nobody', {}]]);
  let agentId = '';
  let requestId = '';
  let channel: Subscription | null = null;
  let compared = 0;
  let answer: unknown = null;

  for (const { language, text } of snippetsOf('README.md', 'Walkthrough in GraphQL')) {
    if (language === 'json') {
      expect(differenceFrom(JSON.parse(text), answer), text).toBeNull();
      compared += 1;
      continue;
    }
    expect(language).toBe('graphql');
    const actor = ACTOR.exec(text)?.[1];
    const credential = credentials.get(actor ?? '');
    if (!credential) throw new Error(`nobody has registered to be ${actor} in:\n${text}`);
    const document = text.replaceAll('AGENT_ID', agentId).replaceAll('REQUEST_ID', requestId);
    if (text.includes('subscription {')) {
      channel = Subscription.open(platform, document, {}, credential);
      await eventually(async () => {
        const { agent } = await ask(platform, '{ agent(handle: "marius.exec") { status } }');
        expect(agent.status).toBe('ACTIVE');
      });
      continue;
    }
    if (text.includes('acknowledgeRequest')) expect(await channel?.events.take()).toMatchObject({ requestId });
    const data = await ask(platform, document, {}, credential);
    answer = data;
    if (data.registerAgent) {
      agentId = data.registerAgent.agent.id;
      credentials.set('the agent', { apiKey: data.registerAgent.apiKey });
    }
    if (data.registerSender) credentials.set('the sender', { apiKey: data.registerSender.apiKey });
    if (data.submitRequest?.request) requestId = data.submitRequest.request.id;
  }
  expect(compared).toBeGreaterThanOrEqual(8);
});
