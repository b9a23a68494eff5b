import { describe, expect, it } from 'vitest';
import { publishPolicies, STANDUP } from '../testkit/actors.ts';
import { askingAgent } from '../testkit/approvals.ts';
import type { Credential } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { expectProblem, rest } from './rest-client.ts';

const platform = platformForFile();
const keyOf = ({ apiKey = '' }: Credential) => apiKey;

async function heldOverRest() {
  const world = await askingAgent(platform);
  const path = `/v1/agents/${world.agent.handle}/requests`;
  const { body } = await rest(platform, 'POST', path, { key: world.sender.apiKey, body: STANDUP });
  expect(body.status).toBe('awaiting_approval');
  const key = keyOf(world.approver);
  const { body: list } = await rest(platform, 'GET', '/v1/approvals?status=pending', { key });
  return { ...world, key, requestId: body.id, approval: list.items[0] };
}

const decide = (id: string, verdict: 'approve' | 'deny', key: string, body: object) =>
  rest(platform, 'POST', `/v1/approvals/${id}/${verdict}`, { key, body });

describe('Deciding over REST', () => {
  it('approves what is shown, and answers the approval as it is then', async () => {
    const { key, approval, requestId, sender } = await heldOverRest();
    const { id, digest } = approval;
    const answer = await decide(id, 'approve', key, { digest, comment: 'Fine', to_sender: 'Come in' });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ id, status: 'approved', to_sender: 'Come in' });
    const request = await rest(platform, 'GET', `/v1/requests/${requestId}`, { key: sender.apiKey });
    expect(request.body).toMatchObject({ status: 'pending', approval: { status: 'approved', to_sender: 'Come in' } });
    const late = await decide(id, 'deny', key, { digest });
    expectProblem(late, 409, 'approval-decided');
    expect(late.body.approval_status).toBe('approved');
  });

  it('denies, and says of what has changed what it is now', async () => {
    const { key, approval } = await heldOverRest();
    const changed = await decide(approval.id, 'deny', key, { digest: 'made up' });
    expectProblem(changed, 409, 'approval-changed');
    expect(changed.body.digest).toBe(approval.digest);
    const denied = await decide(approval.id, 'deny', key, { digest: changed.body.digest });
    expect(denied.body).toMatchObject({ status: 'denied' });
  });

  it('answers what says no by now as a rejection', async () => {
    const { agent, key, approval } = await heldOverRest();
    await publishPolicies(platform, agent, { rules: [{ condition: 'true', action: 'REJECT', reason: 'Closed' }] });
    const answer = await decide(approval.id, 'approve', key, { digest: approval.digest });
    expectProblem(answer, 422, 'request-rejected');
    expect(answer.body).toMatchObject({ stage: 'policy_engine', kind: 'policy', reason: 'Closed' });
  });

  it('knows no such approval for an agent, a sender or anybody else’s approver, and wants a digest', async () => {
    const { agent, sender, key, approval } = await heldOverRest();
    const { key: other } = await heldOverRest();
    for (const by of [agent.apiKey, sender.apiKey, other]) {
      const answer = await decide(approval.id, 'approve', by, { digest: approval.digest });
      expectProblem(answer, 404, 'approval-not-found');
    }
    const answer = await decide(approval.id, 'approve', key, {});
    expectProblem(answer, 422, 'invalid-input');
    expect(answer.body.errors).toMatchObject([{ path: 'digest' }]);
  });
});
