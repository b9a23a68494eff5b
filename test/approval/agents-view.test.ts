import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { complete, openChannel, registerAgent } from '../testkit/actors.ts';
import { askingAgent, decide, heldFor } from '../testkit/approvals.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { ask, type Credential } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const platform = platformForFile();
const WORDS = { comment: 'A word for the owner', toSender: 'A word for the sender' };
const SEEN = 'id status approval { status expiresAt toSender approval { id } }';

const seenBy = async (id: string, by: Credential) =>
  (await ask(platform, `query ($id: ID!) { request(id: $id) { ${SEEN} } }`, { id }, by)).request;

describe('once it is approved, an agent', () => {
  it('sees that it was, and nothing of what people wrote: over GraphQL, REST and events', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const { id } = pending.request;
    const channel = await openChannel(platform, agent);
    expect((await decide(platform, pending, approver, WORDS)).__typename).toBe('DecideApprovalSuccess');
    const received = await channel.received(id);
    const path = `/v1/requests/${id}`;
    const ofAgent = await seenBy(id, agent);
    expect(ofAgent.approval).toEqual({
      status: 'APPROVED',
      expiresAt: expect.any(String),
      toSender: null,
      approval: null,
    });
    const updates = await EventStream.open(
      platform,
      `subscription ($id: ID!) { requestUpdates(requestId: $id) { ${SEEN} } }`,
      { id },
      agent,
    );
    const first = await updates.events.take(() => true, 'the request as it is');
    const read = await rest(platform, 'GET', path, { key: agent.apiKey });
    expect(read.body.approval).toEqual({ status: 'approved', expires_at: expect.any(String), to_sender: null });
    const listed = await ask(platform, `{ requests { edges { node { ${SEEN} } } } }`, {}, agent);
    const completed = await complete(platform, agent, id, { done: true });
    const events = await rest(platform, 'GET', `${path}/events`, { key: agent.apiKey });
    const again = await rest(platform, 'GET', path, { key: agent.apiKey });
    const told = JSON.stringify([received, first, read.body, listed, completed, events.text, again.body]);
    expect(told).not.toContain('A word for');
    // The sender is told what is meant for it, and the owner all of it.
    expect((await seenBy(id, sender)).approval).toMatchObject({ toSender: WORDS.toSender, approval: null });
    expect((await rest(platform, 'GET', path, { key: sender.apiKey })).body.approval.to_sender).toBe(WORDS.toSender);
    const ofOwner = await rest(platform, 'GET', `/v1/approvals/${pending.id}`, { key: agent.ownerKey });
    expect(ofOwner.body.to_sender).toBe(WORDS.toSender);
  });

  it('gets nothing of it over the raw channel, and reads nothing of it in the answer to its outcome', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const channel = await RawChannel.open(platform, agent);
    const pending = await heldFor(platform, { agent, sender });
    await decide(platform, pending, approver, WORDS);
    const received = await channel.messages.take(({ type }) => type === 'request.received', 'the delivery');
    expect(received.request_id).toBe(pending.request.id);
    expect(JSON.stringify(received)).not.toMatch(/A word for|approv/);
    const reported = await rest(platform, 'POST', `/v1/requests/${pending.request.id}/result`, {
      key: agent.apiKey,
      body: { status: 'completed' },
    });
    expect(reported.body.approval).toEqual({ status: 'approved', expires_at: expect.any(String), to_sender: null });
  });
});

it('an agent that asks another one is a sender there, and is told what senders are', async () => {
  const asking = await askingAgent(platform);
  const asker = await registerAgent(platform);
  const pending = await heldFor(platform, { agent: asking.agent, sender: asker });
  await openChannel(platform, asking.agent);
  await decide(platform, pending, asking.approver, WORDS);
  expect((await seenBy(pending.request.id, asker)).approval).toMatchObject({
    toSender: WORDS.toSender,
    approval: null,
  });
  const read = await rest(platform, 'GET', `/v1/requests/${pending.request.id}`, { key: asker.apiKey });
  expect(read.body.approval.to_sender).toBe(WORDS.toSender);
});
