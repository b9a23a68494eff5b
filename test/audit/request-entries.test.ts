import { describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  STANDUP,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { askingAgent, decide, heldFor, holdingAgent } from '../testkit/approvals.ts';
import { mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { auditEntries, digestOf } from './entries.ts';

const platform = platformForFile();
const { query, ofRequest, keyOf } = auditEntries(platform);

const timeOfId = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

const typesOf = async (id: string) => (await ofRequest(id)).map(({ type }) => type);

describe('an ordinary request', () => {
  it('has two entries: by whom and how it was let in and delivered, and by whom and how it ended', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    const result = { event_id: 'evt-1' };
    await complete(platform, agent, id, result);

    const about = { agent_id: agent.id, sender_id: sender.id, request_id: id, subject_kind: 'request', subject_id: id };
    const [submitted, finished, ...more] = await ofRequest(id);
    expect(more).toEqual([]);
    // Side by side in their index, at its end.
    expect([submitted, finished].map((entry) => entry && timeOfId(entry.entry_id))).toEqual([
      submitted?.at.getTime(),
      finished?.at.getTime(),
    ]);
    const [senderKey, agentKey] = [await keyOf(sender.id), await keyOf(agent.id)];
    expect(submitted).toMatchObject({
      ...about,
      type: 'request.submitted',
      actor_kind: 'sender',
      actor_id: sender.id,
      key_id: senderKey,
      details: null,
    });
    expect(submitted?.data).toEqual({
      action: STANDUP.action,
      status: 'DISPATCHED',
      digest: digestOf('params', STANDUP.params),
      bytes: JSON.stringify(STANDUP.params).length,
      stages: [
        { stage: 'policy_engine', verdict: 'PASS' },
        { stage: 'capability_sandbox', verdict: 'PASS' },
      ],
      policySet: null,
      contract: expect.any(String),
      channel: expect.any(String),
      attempts: 1,
    });
    expect(finished).toMatchObject({
      ...about,
      type: 'request.finished',
      actor_kind: 'agent',
      actor_id: agent.id,
      key_id: agentKey,
      details: null,
    });
    expect(finished?.data).toEqual({
      status: 'COMPLETED',
      code: null,
      attempt: 1,
      attempts: 1,
      ackedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      digest: digestOf('result', result),
    });
    expect(JSON.stringify([submitted, finished])).not.toMatch(/Standup|evt-1/);
  });

  it('has two, however many share a statement', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const all = await Promise.all(Array.from({ length: 30 }, () => submitAccepted(platform, agent, sender)));
    await Promise.all(
      all.map(async ({ id }) => {
        await channel.received(id);
        await complete(platform, agent, id);
      }),
    );
    for (const { id } of all) expect(await typesOf(id)).toEqual(['request.submitted', 'request.finished']);
  });
});

it('one that is rejected has one entry, with the verdict of each stage and no text of anybody', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const params = { title: 'A secret', duration_minutes: 999 };
  const { requestId } = await submit(platform, agent, sender, { params });
  const [submitted, ...more] = await ofRequest(requestId);
  expect(more).toEqual([]);
  expect(submitted?.data).toMatchObject({
    status: 'REJECTED',
    channel: null,
    stages: [
      { stage: 'policy_engine', verdict: 'PASS' },
      { stage: 'capability_sandbox', verdict: 'DENY', kind: 'BROKEN_CONSTRAINT' },
    ],
  });
  expect(JSON.stringify(submitted)).not.toContain('A secret');
  const unnameable = await submit(platform, agent, sender, { action: 'what Ann said: no' });
  expect((await ofRequest(unnameable.requestId))[0]?.data.action).toBeNull();
});

it('one that is failed by its agent says so, with the code where that is a name', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  const fail = async (code: string) => {
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await mutateSuccessfully(platform, 'failRequest', { requestId: id, code, message: 'No' }, 'request { id }', agent);
    return (await ofRequest(id)).at(-1)?.data;
  };
  expect(await fail('no_room')).toMatchObject({ status: 'FAILED', code: 'no_room', ackedAt: null, digest: null });
  expect(await fail('ask Ann, +49 30 1234')).toMatchObject({ status: 'FAILED', code: null });
});

it('what was stored already is stored, and noted, once', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const keyed = { whenOffline: 'QUEUE', idempotencyKey: 'once' };
  const [first, again] = [
    await submitAccepted(platform, agent, sender, keyed),
    await submitAccepted(platform, agent, sender, keyed),
  ];
  expect(again.id).toBe(first.id);
  expect(await typesOf(first.id)).toEqual(['request.submitted']);
});

it('each further delivery is an entry, and the first of one that waited is none', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  const first = await openChannel(platform, agent);
  await first.received(id);
  first.close();
  const second = await openChannel(platform, agent);
  await second.received(id);
  await complete(platform, agent, id);
  const entries = await ofRequest(id);
  expect(entries.map(({ type }) => type)).toEqual(['request.submitted', 'request.redelivered', 'request.finished']);
  expect(entries[1]).toMatchObject({ actor_kind: 'platform', data: { attempt: 2, channel: expect.any(String) } });
  expect(entries[2]?.data).toMatchObject({ attempt: 2, attempts: 2 });
});

it('a cancellation names its sender and key, an expiry the platform', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const queued = { whenOffline: 'QUEUE' };
  const { id } = await submitAccepted(platform, agent, sender, queued);
  const late = await submitAccepted(platform, agent, sender, { ...queued, expiresInSeconds: 1 });
  await mutateSuccessfully(
    platform,
    'cancelRequest',
    { requestId: id, reason: 'Ann is ill' },
    'request { id }',
    sender,
  );
  const cancelled = (await ofRequest(id)).at(-1);
  expect(cancelled).toMatchObject({
    type: 'request.cancelled',
    actor_kind: 'sender',
    actor_id: sender.id,
    key_id: await keyOf(sender.id),
    data: { status: 'CANCELLED', code: 'cancelled', attempts: 0 },
  });
  expect(JSON.stringify(cancelled)).not.toContain('Ann is ill');
  await untilStatus(platform, late.id, sender, 'TIMEOUT');
  expect((await ofRequest(late.id)).at(-1)).toMatchObject({
    type: 'request.expired',
    actor_kind: 'platform',
    actor_id: null,
    data: { status: 'TIMEOUT', code: 'timeout' },
  });
});

it('what ends with its agent names who deleted that, and outlives both', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', { apiKey: agent.ownerKey });
  expect((await ofRequest(id)).at(-1)).toMatchObject({
    type: 'request.cancelled',
    actor_kind: 'owner',
    data: { status: 'CANCELLED', code: 'agent_deleted' },
  });
});

describe('what is held', () => {
  it('is submitted and asked about at once, and each voice is an entry with its comment apart', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const { id } = pending.request;
    expect(await typesOf(id)).toEqual(['request.submitted', 'approval.requested']);
    await decide(platform, pending, approver, { verdict: 'APPROVE', comment: 'Ann said yes' });
    const entries = await ofRequest(id);
    expect(entries.map(({ type }) => type)).toEqual(['request.submitted', 'approval.requested', 'approval.decided']);
    expect(entries[0]?.data).toMatchObject({ status: 'AWAITING_APPROVAL', policySet: expect.any(String) });
    expect(entries[0]?.data.stages[0]).toMatchObject({ stage: 'policy_engine', verdict: 'HOLD' });
    expect(entries[1]).toMatchObject({ subject_kind: 'approval', subject_id: pending.id, actor_kind: 'platform' });
    expect(entries[2]).toMatchObject({
      subject_id: pending.id,
      actor_kind: 'approver',
      actor_id: approver.id,
      key_id: await keyOf(approver.id),
      data: { verdict: 'APPROVE', via: 'GRAPHQL', votes: 1, quorum: 1, status: 'APPROVED' },
    });
    const { data, details } = entries[2] ?? {};
    expect(JSON.stringify(data)).not.toContain('Ann');
    expect(details).toMatchObject({ comment: 'Ann said yes', address: expect.any(String) });
  });

  it('ends with a denial, and by nobody in time', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    await decide(platform, pending, approver, { verdict: 'DENY' });
    const denied = await ofRequest(pending.request.id);
    expect(denied.map(({ type }) => type).slice(2)).toEqual(['approval.decided', 'request.finished']);
    // Its sender reads the last one, and is never told who decided.
    expect(denied[2]).toMatchObject({ actor_kind: 'approver', actor_id: approver.id, sender_id: null });
    expect(denied[3]).toMatchObject({ actor_kind: 'platform', actor_id: null, sender_id: sender.id });
    expect(denied[3]?.data).toMatchObject({ status: 'REJECTED', code: 'approval_denied' });

    const other = await holdingAgent(platform);
    const { id } = await submitAccepted(platform, other.agent, other.sender, { expiresInSeconds: 1 });
    await untilStatus(platform, id, other.sender, 'TIMEOUT');
    expect((await typesOf(id)).slice(2).sort()).toEqual(['approval.expired', 'request.expired']);
  });
});

it('where the entry cannot be written, nothing is', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await query(`create function refuse_entry() returns trigger language plpgsql as
    $$ begin raise exception 'no'; end $$`);
  await query('create trigger no_entries before insert on audit_events for each row execute function refuse_entry()');
  try {
    const failed = await mutate(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender).catch(
      () => null,
    );
    expect(failed?.__typename).not.toBe('CancelRequestSuccess');
    const lost = await submit(platform, agent, sender, { whenOffline: 'QUEUE' }).catch(() => null);
    expect(lost?.__typename).not.toBe('SubmitRequestSuccess');
  } finally {
    await query('drop trigger no_entries on audit_events');
  }
  expect(await query('select status from requests where sender_id = $1', [sender.id])).toEqual([{ status: 'PENDING' }]);
  expect(await typesOf(id)).toEqual(['request.submitted']);
});
