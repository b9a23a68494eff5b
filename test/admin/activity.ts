import { expect } from 'vitest';
import { agentAndSender, submit } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import type { Subscription } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';

export const ACTIVITY = 'subscription { platformActivity { __typename } }';

/** Makes something happen until the subscription tells of it: only then it is open for sure. */
export async function untilItTells(platform: TestPlatform, subscription: Subscription) {
  const { agent, sender } = await agentAndSender(platform);
  await eventually(async () => {
    await submit(platform, agent, sender, { action: 'none' });
    expect(subscription.events.pending().length).toBeGreaterThan(0);
  });
  return { agent, sender };
}
