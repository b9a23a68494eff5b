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

  it('remembers, and says what it would remember', async () => {
    const { agent, sender, key: approversKey, approval } = await heldOverRest();
    const key = agent.ownerKey;
    const said = {
      condition: `sender_id == "${sender.id}" and action == "calendar.schedule" and params_duration_minutes == 30 and params_title == "Standup"`,
      cel: null,
      action: 'waive_approval',
      reason: null,
      only_params: ['duration_minutes', 'title'],
      made_from: approval.id,
    };
    const read = await rest(platform, 'GET', `/v1/approvals/${approval.id}`, { key });
    expect(read.body.suggested_rule).toMatchObject(said);
    const params = [{ field: 'duration_minutes', as: 'bound', min: 15, max: 45 }];
    const body = { digest: approval.digest, remember: { params } };
    const refused = await decide(approval.id, 'approve', approversKey, body);
    expectProblem(refused, 422, 'invalid-input');
    expect(refused.body.errors).toMatchObject([{ path: 'remember' }]);
    const wrong = { params: [{ field: 'duration_minutes', as: 'bound', max: 20 }], expires_at: '2020-01-01T00:00:00Z' };
    const late = await decide(approval.id, 'approve', key, { ...body, remember: wrong });
    expect(late.body.errors).toMatchObject([{ path: 'remember.expires_at' }]);
    const narrow = await decide(approval.id, 'approve', key, { ...body, remember: { params: wrong.params } });
    expect(narrow.body.errors).toMatchObject([{ path: 'remember.params.0.max' }]);
    const answer = await decide(approval.id, 'approve', key, body);
    expect(answer.status, answer.text).toBe(200);
    const condition = said.condition.replace('== 30', '>= 15 and params_duration_minutes <= 45');
    expect(answer.body).toMatchObject({
      status: 'approved',
      suggested_rule: null,
      remembered_rule: { ...said, condition },
      policy_set: { agent_id: agent.id, version: 2, rules: [{ action: 'require_approval' }, { ...said, condition }] },
    });
    const next = { ...STANDUP, params: { ...STANDUP.params, duration_minutes: 45 }, when_offline: 'queue' };
    const path = `/v1/agents/${agent.handle}/requests`;
    const { body: request } = await rest(platform, 'POST', path, { key: sender.apiKey, body: next });
    expect(request.status).toBe('pending');
    const { rules } = answer.body.policy_set;
    const policies = { rules, default_action: 'allow' };
    const again = await rest(platform, 'PUT', `/v1/agents/${agent.id}/policies`, { key, body: policies });
    expect(again.body, again.text).toMatchObject({ version: 3, rules });
    const denied = await decide(approval.id, 'deny', key, { ...body });
    expect(denied.body.errors).toMatchObject([{ path: 'remember', message: 'is for whoever approves' }]);
  });
});
