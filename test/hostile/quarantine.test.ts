import { describe, expect, it } from 'vitest';
import { auditEntries } from '../audit/entries.ts';
import { expectProblem, type RestAnswer, rest } from '../rest/rest-client.ts';
import {
  type Agent,
  agentAndSender,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  type Sender,
} from '../testkit/actors.ts';
import { ASK_ALWAYS, decide, heldFor, holdingAgent, readApproval } from '../testkit/approvals.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';

const LIT = lit(30);

const CHEAP = { action: 'burn', params: { n: {} } };
const OTHER_CHEAP = { action: 'burn', params: { n: { n: {} } } };

/** What the node decides without a thread. */
const PLAIN = { action: 'note', paramsSchema: { properties: { text: { type: 'string' } } } };

const ENDS = 2;
const clock = createManualClock();
const platform = platformForFile({
  clock,
  env: {
    ENFORCEMENT_CPU_BUDGET_MS: '30',
    QUARANTINE_AFTER_TIMEOUTS: String(ENDS),
    QUARANTINE_WINDOW_SECONDS: '600',
    QUARANTINE_SECONDS: '3600',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
    PUBLIC_URL: 'https://claw.example',
  },
});

const submit = (agent: Agent, { apiKey }: Sender, action = 'burn', params: object = LIT) =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
    key: apiKey,
    body: { action, params, when_offline: 'queue' },
  });

const REFUSED = 'agent-quarantined';
const isRefused = ({ status, body }: RestAnswer) => status === 503 && body.type === `/docs#problem-${REFUSED}`;

/** One that ends with the verdict: on a machine that is too busy for one it has none, counts for nothing, and is asked again. */
const burn = async (agent: Agent, sender: Sender, action?: string, params?: object) =>
  eventually(async () => {
    const answer = await submit(agent, sender, action, params);
    expect(answer.status, answer.text).toBe(422);
    return answer.body.kind;
  });

/** Burns until the next is refused; answers that. Each before it got its verdict, which does not wait for the count. */
async function untilRefused(agent: Agent, sender: Sender, action?: string, params?: object): Promise<RestAnswer> {
  const kind = action === undefined ? 'invalid_params' : 'policy';
  for (let ends = 0; ends < ENDS; ends += 1) expect(await burn(agent, sender, action, params)).toBe(kind);
  return eventually(async () => {
    const answer = await submit(agent, sender, action, params);
    expect(isRefused(answer), answer.text).toBe(true);
    return answer;
  });
}

const storedOf = async (sender: Sender): Promise<number> =>
  (await ask(platform, '{ requests { totalCount } }', {}, sender)).requests.totalCount;

const shown = async ({ apiKey }: { readonly apiKey: string }, { id }: Agent) => {
  const document = 'query ($id: ID!) { agent(id: $id) { quarantines { document version at until } } }';
  return (await ask(platform, document, { id }, { apiKey })).agent.quarantines;
};

const trail = auditEntries(platform);
const entriesOf = async ({ id }: Agent) => {
  const entries = await Promise.all(['agent.quarantined', 'agent.quarantine_lifted'].map(trail.ofType));
  return entries
    .flat()
    .filter((each) => each.agent_id === id)
    .sort((one, other) => Number(one.at) - Number(other.at));
};

const lift = ({ id }: Agent, by: string) => rest(platform, 'DELETE', `/v1/agents/${id}/quarantines`, { key: by });

describe('a contract that its budget has ended too often', () => {
  it('is not evaluated for a while: whoever asks is told so, and nothing is kept', async () => {
    const { agent, sender } = await agentAndSender(platform, [FUSE, PLAIN]);
    const other = await agentAndSender(platform, [FUSE]);
    const refused = await untilRefused(agent, sender);
    expectProblem(refused, 503, REFUSED);
    expect(refused.body.detail).toContain("not your request's doing");
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    const stored = await storedOf(sender);
    // The threads have nothing to do with it: params of no cost at all are refused as well, where only they could tell.
    for (const params of [LIT, { n: {} }]) expect(isRefused(await submit(agent, sender, 'burn', params))).toBe(true);
    const input = { handle: agent.handle, action: 'burn', params: LIT };
    const answer = await mutate(platform, 'submitRequest', input, 'request { id }', sender);
    expect(answer).toMatchObject({ __typename: 'AgentQuarantinedError' });
    expect(await storedOf(sender)).toBe(stored);
    // What takes no computing is decided as ever, and so is all that is asked of others.
    expect((await submit(agent, sender, 'note', { text: 'cheap' })).status).toBe(202);
    expect((await submit(other.agent, other.sender, 'burn', { n: {} })).status).toBe(202);
  });

  it('is told to its owner and nobody else, who lifts it', async () => {
    const receiver = await webhookReceiver();
    const { agent, sender } = await agentAndSender(platform, [FUSE]);
    const webhook = { agentId: agent.id, name: 'pager', url: receiver.url, events: ['AGENT_QUARANTINED'] };
    await mutateSuccessfully(platform, 'setWebhook', webhook, 'secret', { apiKey: agent.ownerKey });
    await untilRefused(agent, sender);
    const { type, data } = JSON.parse((await receiver.calls.take()).body);
    const url = `https://claw.example/admin/agents/${agent.handle}`;
    expect({ type, data }).toMatchObject({
      type: 'agent.quarantined',
      data: { agent_id: agent.id, handle: agent.handle, document: 'contract', version: 1, url },
    });

    expect(await shown({ apiKey: agent.ownerKey }, agent)).toEqual([
      { document: 'CONTRACT', version: 1, at: expect.any(String), until: data.until },
    ]);
    const listed = await rest(platform, 'GET', `/v1/agents/${agent.handle}/quarantines`, { key: agent.apiKey });
    expect(listed.body.items).toMatchObject([{ document: 'contract', version: 1, until: data.until }]);
    expectProblem(
      await rest(platform, 'GET', `/v1/agents/${agent.id}/quarantines`, { key: sender.apiKey }),
      403,
      'forbidden',
    );
    for (const key of [sender.apiKey, agent.apiKey]) expectProblem(await lift(agent, key), 403, 'forbidden');

    expect((await lift(agent, agent.ownerKey)).status).toBe(204);
    expect(await shown(agent, agent)).toEqual([]);
    expect((await submit(agent, sender, 'burn', { n: {} })).status).toBe(202);
    // Again it changes nothing, and is noted nowhere.
    expect((await lift(agent, agent.ownerKey)).status).toBe(204);
    expect(await entriesOf(agent)).toMatchObject([
      { type: 'agent.quarantined', actor_kind: 'platform', subject_kind: 'contract', data: { version: 1 } },
      { type: 'agent.quarantine_lifted', actor_kind: 'owner', subject_kind: 'contract', data: { version: 1 } },
    ]);
    expect(platform.log.lines.join('\n')).toContain('a document was ended too often, and is in quarantine');
  });

  it('is evaluated again in its next version, which is counted by itself', async () => {
    const { agent, sender } = await agentAndSender(platform, [FUSE]);
    await untilRefused(agent, sender);
    await publishCapabilities(platform, agent, [FUSE, PLAIN]);
    expect(await shown(agent, agent)).toEqual([]);
    await untilRefused(agent, sender);
    expect(await shown(agent, agent)).toMatchObject([{ document: 'CONTRACT', version: 2 }]);
    expect((await entriesOf(agent)).map(({ type }) => type)).toEqual([
      'agent.quarantined',
      'agent.quarantine_lifted',
      'agent.quarantined',
    ]);
  });

  it('is evaluated again after a while, and what is longer ago than the window does not count', async () => {
    const { agent, sender } = await agentAndSender(platform, [FUSE]);
    for (let ends = 1; ends < ENDS; ends += 1) await burn(agent, sender);
    clock.advance(601_000);
    await untilRefused(agent, sender);
    clock.advance(3_601_000);
    expect(await shown(agent, agent)).toEqual([]);
    await untilRefused(agent, sender);
  });
});

it('what is held for approval meanwhile is denied or cancelled as ever, and approved only when it can be checked', async () => {
  const { agent, sender } = await holdingAgent(platform, [FUSE]);
  const held = { agent, sender };
  const owner = ownerOf(agent);
  const [denied, cancelled] = [await heldFor(platform, held, CHEAP), await heldFor(platform, held, OTHER_CHEAP)];
  await untilRefused(agent, sender);
  expect(await decide(platform, denied, owner)).toMatchObject({ __typename: 'AgentQuarantinedError' });
  const wrong = { ...denied, digest: cancelled.digest };
  expect(await decide(platform, wrong, owner, { verdict: 'DENY' })).toMatchObject({
    __typename: 'ApprovalChangedError',
  });
  expect(await decide(platform, denied, owner, { verdict: 'DENY' })).toMatchObject({ approval: { status: 'DENIED' } });
  const { id: requestId } = cancelled.request;
  await mutateSuccessfully(platform, 'cancelRequest', { requestId }, 'request { id }', sender);
  expect(await readApproval(platform, cancelled.id, owner)).toMatchObject({ status: 'CANCELLED' });
});

it('what is held is denied also where it is bound to what is in force no more', async () => {
  const { agent, sender } = await holdingAgent(platform, [FUSE]);
  const pending = await heldFor(platform, { agent, sender }, CHEAP);
  await publishPolicies(platform, agent, ASK_ALWAYS);
  await untilRefused(agent, sender);
  const answer = await decide(platform, pending, ownerOf(agent), { verdict: 'DENY' });
  expect(answer).toMatchObject({ approval: { status: 'DENIED' } });
});

it('rules that their budget has ended too often are not evaluated for a while either', async () => {
  const { agent, sender } = await agentAndSender(platform, [{ action: 'match' }]);
  const receiver = await webhookReceiver();
  const webhook = { agentId: agent.id, name: 'pager', url: receiver.url, events: ['AGENT_QUARANTINED'] };
  await mutateSuccessfully(platform, 'setWebhook', webhook, 'secret', ownerOf(agent));
  const cel = 'params.a.exists(x, params.a.exists(y, x + y < 0))';
  await publishPolicies(platform, agent, { rules: [{ cel, action: 'REJECT', reason: 'It matched' }] });
  const costly = { a: Array.from({ length: 3_000 }, (_, index) => index) };
  await untilRefused(agent, sender, 'match', costly);
  const [quarantine] = await shown(agent, agent);
  expect(quarantine).toMatchObject({ document: 'POLICIES', version: 1 });
  const { data } = JSON.parse((await receiver.calls.take()).body);
  expect(data).toMatchObject({ document: 'policies', version: 1, until: quarantine.until });
  // Few rules and few params take no thread.
  expect(await submit(agent, sender, 'match', { a: [1] })).toMatchObject({ status: 202 });
});
