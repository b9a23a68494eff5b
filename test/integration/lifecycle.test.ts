import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  STANDUP,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

describe('one request from end to end', () => {
  it('is submitted, delivered, acknowledged, completed and read', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const submitted = await submitAccepted(platform, agent, sender);
    expect(submitted).toMatchObject({ status: 'DISPATCHED', attempts: 1, ...STANDUP, senderId: sender.id });

    const delivery = await channel.received(submitted.id);
    expect(delivery).toMatchObject({ ...STANDUP, attempt: 1, senderId: sender.id, expiresAt: submitted.expiresAt });
    expect((await acknowledge(platform, agent, submitted.id)).request.status).toBe('ACKED');
    const result = { event_id: 'evt-1' };
    expect((await complete(platform, agent, submitted.id, result)).request).toMatchObject({
      status: 'COMPLETED',
      result,
    });
    expect(await readRequest(platform, submitted.id, sender)).toMatchObject({
      status: 'COMPLETED',
      result,
      error: null,
    });
  });

  it('keeps what the pipeline rejects, with its log', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const answer = await submit(platform, agent, sender, { params: { title: 'Standup', duration_minutes: 999 } });
    expect(answer).toMatchObject({ __typename: 'RequestRejectedError', stage: 'capability_sandbox' });
    const kept = await readRequest(platform, answer.requestId, sender);
    expect(kept).toMatchObject({ status: 'REJECTED', attempts: 0, error: { code: 'rejected' } });
    expect(kept.pipelineLog.map(({ stage, passed }: { stage: string; passed: boolean }) => [stage, passed])).toEqual([
      ['policy_engine', true],
      ['capability_sandbox', false],
    ]);
  });

  it('waits for an offline agent when it is to be queued, and is refused when it is not', async () => {
    const { agent, sender } = await agentAndSender(platform);
    expect((await submit(platform, agent, sender)).__typename).toBe('AgentNotConnectedError');
    const queued = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    expect(queued.status).toBe('PENDING');
    const channel = await openChannel(platform, agent);
    expect((await channel.received(queued.id)).attempt).toBe(1);
    await untilStatus(platform, queued.id, sender, 'DISPATCHED');
  });

  it('lets exactly one of 50 concurrent outcomes win', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => complete(platform, agent, id, { n })));
    const winners = answers.filter(({ __typename }) => __typename === 'CompleteRequestSuccess');
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ __typename }) => __typename === 'RequestFinishedError')).toHaveLength(49);
    expect((await readRequest(platform, id, sender)).result).toEqual(winners[0].request.result);
  });

  it('lets exactly one of 50 concurrent registrations of one handle win', async () => {
    const handle = `race.${Date.now()}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        mutate(platform, 'registerAgent', { handle, displayName: 'Racer' }, 'agent { id }'),
      ),
    );
    expect(answers.filter(({ __typename }) => __typename === 'RegisterAgentSuccess')).toHaveLength(1);
    expect(answers.filter(({ __typename }) => __typename === 'HandleTakenError')).toHaveLength(49);
  });
});
