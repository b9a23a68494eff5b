import { expect } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  readRequest,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';

const WITHIN_MS = 30_000;

/** Lets everything happen on the platform that there are metrics of, as far as the settings allow it. */
export async function doEverything(platform: Pick<TestPlatform, 'url' | 'socketUrl'>): Promise<void> {
  const { agent, sender } = await agentAndSender(platform);
  expect((await submit(platform, agent, sender)).__typename).toBe('AgentNotConnectedError');
  const first = await openChannel(platform, agent);
  const done = await submitAccepted(platform, agent, sender);
  await first.received(done.id);
  await acknowledge(platform, agent, done.id);
  await complete(platform, agent, done.id, {});
  await readRequest(platform, done.id, sender);
  const failed = await submitAccepted(platform, agent, sender);
  const failure = { requestId: failed.id, code: 'no_room', message: 'There is no room.' };
  await mutateSuccessfully(platform, 'failRequest', failure, 'request { id }', agent);

  const lost = await submitAccepted(platform, agent, sender);
  await first.received(lost.id);
  await first.close();
  const second = await openChannel(platform, agent);
  await second.received(lost.id);
  await mutateSuccessfully(platform, 'cancelRequest', { requestId: lost.id }, 'request { id }', sender);
  const short = await submitAccepted(platform, agent, sender, { expiresInSeconds: 1 });
  await untilStatus(platform, short.id, sender, 'TIMEOUT', WITHIN_MS);

  await submit(platform, agent, sender, { action: 'email.send' });
  await publishPolicies(platform, agent, {
    rules: [
      { condition: 'params_duration_minutes == 45', action: 'REQUIRE_APPROVAL' },
      { condition: 'params_duration_minutes == 60', action: 'REJECT', reason: 'No hours' },
    ],
  });
  for (const minutes of [45, 60]) {
    await submit(platform, agent, sender, { params: { title: 'Sync', duration_minutes: minutes } });
  }
  await mutate(platform, 'submitRequest', { handle: 'x' }, 'request { id }', sender).catch(() => {});
  await send(platform, '{ nothing }');
  await fetch(`${platform.url}/health/ready`);
  await fetch(`${platform.url}/no/such/path`);
  await submitAccepted(platform, (await agentAndSender(platform)).agent, sender, { whenOffline: 'QUEUE' });
}
