import { expect, it } from 'vitest';
import type { RequestState } from '../../../agent-sdk/src/index.ts';
import { agentAndSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { platformForTest } from '../../testkit/platform.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, TRANSPORTS, WORK } from './agent-under-test.ts';

it.each(TRANSPORTS)('a sender that waits sees how far the handler is, over %s', async (transport) => {
  const platform = await platformForTest();
  const { agent: party, sender } = await agentAndSender(platform, ANY_WORK);
  const { agent } = agentUnderTest(platform, party, transport);
  const seen = Promise.withResolvers<RequestState>();
  const client = clientUnderTest(platform, sender);
  agent.on('work.do', async ({ id, progress }) => {
    for (let value = 1; value <= 1_000; value += 1) progress(value, { total: 1_000, message: `Step ${value}` });
    await seen.promise;
    // What is told is stored a moment later, and not any more once the request has ended.
    await eventually(async () => expect((await client.read(id)).progress).not.toBeNull());
  });
  await agent.start();
  const ended = await client.request(
    { handle: party.handle, ...WORK },
    { onUpdate: (request) => void (request.progress?.value === 1_000 && seen.resolve(request)) },
  );
  expect((await seen.promise).progress).toEqual({ value: 1_000, total: 1_000, message: 'Step 1000' });
  expect(ended).toMatchObject({ status: 'COMPLETED', progress: { value: 1_000 } });
  expect(await client.read(ended.id)).toMatchObject({ progress: { total: 1_000 } });
});
