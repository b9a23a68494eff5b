import { beforeAll, describe, expect, it } from 'vitest';
import {
  CALENDAR,
  type OwnedAgent,
  openChannel,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  registerSender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import {
  ASK_ALWAYS,
  type AskingAgent,
  askingAgent,
  decide,
  heldFor,
  heldOfAnother,
  type Pending,
  setApprovalSettings,
} from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { limitedKey } from '../testkit/limited-keys.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const clock = createManualClock();
const env = { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '10000', WS_HEARTBEAT_TIMEOUT_SECONDS: '86400' };
const platform = platformForFile({ clock, env });
const query = databaseClient(() => platform.databaseUrl);
let other: TestPlatform;
beforeAll(async () => {
  other = await startTestPlatform({ clock, env, databaseUrl: platform.databaseUrl });
  return () => other.stop();
});

const DAY_MS = 86_400_000;
const RULE = 'condition cel action reason onlyParams expiresAt madeFrom';
const SET = `version defaultAction rules { ${RULE} }`;

/** Approves, and remembers by the choices. */
const remember = (
  { id: approvalId, digest }: Pick<Pending, 'id' | 'digest'>,
  by: Credential,
  choices: object = {},
  input: object = {},
  at: Pick<TestPlatform, 'url'> = platform,
) =>
  mutate(
    at,
    'decideApproval',
    { approvalId, digest, verdict: 'APPROVE', remember: { params: [], ...choices }, ...input },
    `approval { status } rememberedRule { ${RULE} } policySet { ${SET} }`,
    by,
  );

const suggestionOf = async ({ id }: Pick<Pending, 'id'>, by: Credential) =>
  (await ask(platform, `query ($id: ID!) { approval(id: $id) { suggestedRule { ${RULE} } } }`, { id }, by)).approval
    .suggestedRule;

const policiesOf = async (agent: OwnedAgent) =>
  (await ask(platform, `query ($id: ID!) { agent(id: $id) { policies { ${SET} } } }`, { id: agent.id }, agent)).agent
    .policies;

const withParams = (params: object) => ({ params });
const statusOf = async (agent: OwnedAgent, sender: { apiKey: string }, input: object = {}, at = platform) =>
  (await submitAccepted(at, agent, sender, input)).status;

/** An agent that takes whatever params, and of which everything is held. */
async function anything(paramsSchema: object = {}): Promise<AskingAgent> {
  const world = await askingAgent(platform);
  await publishCapabilities(platform, world.agent, [{ action: 'do.it', paramsSchema }]);
  return world;
}
const doing = (params: object) => ({ action: 'do.it', params });

describe('Approve and remember', () => {
  it('says beforehand what it would publish, and publishes just that with the decision', async () => {
    const { agent, sender } = await askingAgent(platform);
    const owner = ownerOf(agent);
    const pending = await heldFor(platform, { agent, sender });
    const said = {
      condition: `sender_id == "${sender.id}" and action == "calendar.schedule" and params_duration_minutes == 30 and params_title == "Standup"`,
      cel: null,
      action: 'WAIVE_APPROVAL',
      reason: null,
      onlyParams: ['duration_minutes', 'title'],
      madeFrom: pending.id,
    };
    const suggested = await suggestionOf(pending, owner);
    expect(suggested).toMatchObject(said);
    expect(Math.abs(Date.parse(suggested.expiresAt) - clock.now().getTime() - 30 * DAY_MS)).toBeLessThan(60_000);
    const answer = await remember(pending, owner);
    expect(answer).toMatchObject({ approval: { status: 'APPROVED' }, rememberedRule: said });
    expect(answer.policySet).toMatchObject({ version: 2, rules: [{ action: 'REQUIRE_APPROVAL' }, said] });
    expect(await policiesOf(agent)).toEqual(answer.policySet);
    expect(await suggestionOf(pending, owner), 'it is over').toBeNull();
  });

  it('says what it would publish with choices, or why it would not, to whoever may remember', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const document = `query ($id: ID!, $remember: RememberInput) {
      approval(id: $id) { suggestedRule(remember: $remember) { ${RULE} } } }`;
    const suggested = (remember: object, by: Credential) => send(platform, document, { id: pending.id, remember }, by);
    const expiresAt = new Date(clock.now().getTime() + 7 * DAY_MS).toISOString();
    const choices = { params: [{ field: 'duration_minutes', as: 'BOUND', min: 20, max: 45 }], expiresAt };
    const said = (await suggested(choices, ownerOf(agent))).data?.approval.suggestedRule;
    expect(said).toMatchObject({
      condition: `sender_id == "${sender.id}" and action == "calendar.schedule" and params_duration_minutes >= 20 and params_duration_minutes <= 45 and params_title == "Standup"`,
      expiresAt,
    });
    for (const [remember, by, why] of [
      [{ params: [{ field: 'duration_minutes', as: 'BOUND', max: 20 }] }, ownerOf(agent), 'must be at least 30'],
      [{ params: [{ field: 'title', as: 'ANY' }] }, ownerOf(agent), 'nothing looks at what later texts say'],
      [{ params: [], expiresAt: new Date(0).toISOString() }, ownerOf(agent), 'must lie in the future'],
      [choices, approver, 'approvers decide, and publish no rules'],
    ] as const) {
      const { data, errors } = await suggested(remember, by);
      expect(data?.approval).toEqual({ suggestedRule: null });
      expect(errors?.[0]).toMatchObject({
        message: expect.stringContaining(why),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    const { rememberedRule } = await remember(pending, ownerOf(agent), choices);
    expect(rememberedRule).toEqual(said);
  });

  it('lets the same of the same sender pass unasked, on every node, and nothing else', async () => {
    const { agent, sender } = await askingAgent(platform);
    const channel = await openChannel(platform, agent);
    const choices = { params: [{ field: 'duration_minutes', as: 'BOUND', max: 30 }] };
    const answer = await remember(await heldFor(platform, { agent, sender }), ownerOf(agent), choices);
    expect(answer.rememberedRule.condition).toBe(
      `sender_id == "${sender.id}" and action == "calendar.schedule" and params_duration_minutes <= 30 and params_title == "Standup"`,
    );
    for (const at of [platform, other]) {
      const request = await submitAccepted(at, agent, sender, withParams({ title: 'Standup', duration_minutes: 20 }));
      await channel.received(request.id);
    }
    for (const params of [
      { title: 'Standup', duration_minutes: 31 },
      { title: 'Stand-up', duration_minutes: 30 },
      { title: 'Standup', duration_minutes: 30, note: 'one more' },
    ]) {
      const held = await heldFor(platform, { agent, sender }, withParams(params));
      await mutate(platform, 'cancelRequest', { requestId: held.request.id }, 'request { id }', sender);
    }
    const another = await registerSender(platform);
    expect(await statusOf(agent, another)).toBe('AWAITING_APPROVAL');
  });

  it('says of what passed which rule let it, to those who run the agent and to nobody else', async () => {
    const { agent, sender } = await askingAgent(platform);
    const owner = ownerOf(agent);
    await remember(await heldFor(platform, { agent, sender }), owner);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const query = 'query ($id: ID!) { request(id: $id) { pipelineLog { passed reason detail } } }';
    const logFor = async (by: Credential) => (await ask(platform, query, { id }, by)).request.pipelineLog[0];
    const passed = { passed: true, reason: null };
    const admin = await logIn(platform);
    for (const by of [owner, agent, admin]) {
      expect(await logFor(by)).toEqual({ ...passed, detail: 'Rule 2 waives what rule 1 holds' });
    }
    expect(await logFor(sender)).toEqual({ ...passed, detail: null });
  });

  it('overrides no rejection, and what the contract says', async () => {
    const { agent, sender } = await askingAgent(platform);
    await remember(await heldFor(platform, { agent, sender }), ownerOf(agent));
    const { rules } = await policiesOf(agent);
    const long = { condition: 'params_duration_minutes >= 30', action: 'REJECT', reason: 'Too long' };
    await publishPolicies(platform, agent, { rules: [...rules, long] });
    expect(await submit(platform, agent, sender)).toMatchObject({ stage: 'policy_engine', reason: 'Too long' });
    await publishPolicies(platform, agent, { rules });
    const short = { ...CALENDAR, constraints: { max_duration_minutes: 20 } };
    await publishCapabilities(platform, agent, [short]);
    expect(await submit(platform, agent, sender)).toMatchObject({ stage: 'capability_sandbox' });
  });

  it('leaves blocks and suspensions what they are', async () => {
    const { agent, sender } = await askingAgent(platform);
    await remember(await heldFor(platform, { agent, sender }), ownerOf(agent));
    const queued = { whenOffline: 'QUEUE' };
    expect(await statusOf(agent, sender, queued)).toBe('PENDING');
    const admin = await logIn(platform);
    await mutateSuccessfully(platform, 'suspendSender', { id: sender.id, reason: 'Spam' }, 'sender { id }', admin);
    expect(await submit(platform, agent, sender, queued)).toMatchObject({ __typename: 'SuspendedError' });
    await mutateSuccessfully(platform, 'resumeSender', { id: sender.id }, 'sender { id }', admin);
    const block = { agentId: agent.id, senderId: sender.id, blocked: true };
    await mutateSuccessfully(platform, 'setSenderLimit', block, 'senderLimit { blocked }', ownerOf(agent));
    expect(await submit(platform, agent, sender, queued)).toMatchObject({ __typename: 'BlockedError' });
  });

  it('may count, as any rule: beyond it people are asked', async () => {
    const { agent, sender } = await askingAgent(platform);
    const often = { condition: 'sender_requests_last_hour <= 2', action: 'WAIVE_APPROVAL' };
    await publishPolicies(platform, agent, { rules: [...ASK_ALWAYS.rules, often] });
    for (const status of ['PENDING', 'PENDING', 'AWAITING_APPROVAL']) {
      expect(await statusOf(agent, sender, { whenOffline: 'QUEUE' })).toBe(status);
    }
  });

  it('waives what the default action holds, and allows nothing where nothing is allowed', async () => {
    const { agent, sender } = await askingAgent(platform);
    await publishPolicies(platform, agent, { rules: [], defaultAction: 'REQUIRE_APPROVAL' });
    await remember(await heldFor(platform, { agent, sender }), ownerOf(agent));
    expect(await statusOf(agent, sender, { whenOffline: 'QUEUE' })).toBe('PENDING');
    const { rules } = await policiesOf(agent);
    await publishPolicies(platform, agent, { rules, defaultAction: 'REJECT' });
    expect(await submit(platform, agent, sender)).toMatchObject({ reason: 'No policy rule allows this' });
    await publishPolicies(platform, agent, { rules: [...rules, ...ASK_ALWAYS.rules], defaultAction: 'REJECT' });
    expect(await statusOf(agent, sender, { whenOffline: 'QUEUE' })).toBe('PENDING');
    const answer = await mutate(
      platform,
      'publishPolicies',
      { agentId: agent.id, rules: [], defaultAction: 'WAIVE_APPROVAL' },
      'policySet { version }',
      agent,
    );
    expect(answer.issues).toMatchObject([{ path: 'input.defaultAction' }]);
  });

  it('ends when it expires, by the platform’s clock, and is taken back as any rule', async () => {
    const { agent, sender } = await askingAgent(platform);
    const expiresAt = new Date(clock.now().getTime() + 3 * DAY_MS).toISOString();
    const pending = await heldFor(platform, { agent, sender });
    expect((await remember(pending, ownerOf(agent), { expiresAt })).rememberedRule.expiresAt).toBe(expiresAt);
    expect(await statusOf(agent, sender, { whenOffline: 'QUEUE' })).toBe('PENDING');
    await publishPolicies(platform, agent, ASK_ALWAYS);
    const { cancel, ...again } = await heldOfAnother(platform, agent);
    await remember(again, ownerOf(agent), { expiresAt });
    expect(await statusOf(agent, again.sender, { whenOffline: 'QUEUE' })).toBe('PENDING');
    clock.advance(3 * DAY_MS + 60_000);
    expect(await statusOf(agent, again.sender)).toBe('AWAITING_APPROVAL');
    const { rules } = await policiesOf(agent);
    const draft = { agentId: agent.id, rules, check: true };
    const checked = await mutate(
      platform,
      'publishPolicies',
      draft,
      'issues { path } warnings { path message }',
      agent,
    );
    expect(checked).toMatchObject({
      issues: [],
      warnings: expect.arrayContaining([
        { path: 'input.rules.1.expiresAt', message: expect.stringContaining('expired') },
      ]),
    });
    const third = await heldOfAnother(platform, agent);
    const { policySet } = await remember(third, ownerOf(agent));
    expect(
      policySet.rules.map(({ madeFrom }: { madeFrom: string }) => madeFrom),
      'what has expired goes',
    ).toEqual([null, third.id]);
  });

  it('remembers what is done where the params were changed', async () => {
    const { agent, sender } = await askingAgent(platform);
    await setApprovalSettings(platform, agent, { allowEdits: true });
    const edited = { title: 'Standup', duration_minutes: 15 };
    const pending = await heldFor(platform, { agent, sender });
    const { rememberedRule } = await remember(pending, ownerOf(agent), {}, { params: edited });
    expect(rememberedRule.condition).toContain('params_duration_minutes == 15');
    expect(await statusOf(agent, sender, { params: edited, whenOffline: 'QUEUE' })).toBe('PENDING');
    expect(await statusOf(agent, sender)).toBe('AWAITING_APPROVAL');
  });

  it('counts once the quorum is reached, with the voice that reaches it', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    await setApprovalSettings(platform, agent, { quorum: 2 });
    const first = await heldFor(platform, { agent, sender });
    const counted = await remember(first, ownerOf(agent));
    expect(counted).toMatchObject({ approval: { status: 'PENDING' }, rememberedRule: null, policySet: null });
    expect(await policiesOf(agent)).toMatchObject({ version: 1 });
    await decide(platform, first, approver);
    expect(await policiesOf(agent)).toMatchObject({ version: 1 });
    const second = await heldFor(platform, { agent, sender });
    await decide(platform, second, approver);
    expect(await remember(second, ownerOf(agent))).toMatchObject({ policySet: { version: 2 } });
  });

  it('answers the same again with what is in force of it', async () => {
    const { agent, sender } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const first = await remember(pending, ownerOf(agent));
    expect(await remember(pending, ownerOf(agent))).toEqual(first);
    await publishPolicies(platform, agent, ASK_ALWAYS);
    const late = await remember(pending, ownerOf(agent));
    expect(late, 'it is not there any more').toMatchObject({ __typename: 'ApprovalDecidedError', status: 'APPROVED' });
    expect(await policiesOf(agent)).toMatchObject({ version: 3 });
  });

  it('takes nothing else for the same: of other choices it says that it was decided, and remembers none of them', async () => {
    const { agent, sender } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const expiresAt = new Date(clock.now().getTime() + 3 * DAY_MS).toISOString();
    const chosen = { params: [{ field: 'duration_minutes', as: 'BOUND', max: 30 }], expiresAt };
    const first = await remember(pending, ownerOf(agent), chosen);
    for (const others of [
      {},
      { ...chosen, expiresAt: new Date(clock.now().getTime() + DAY_MS).toISOString() },
      { params: [{ field: 'duration_minutes', as: 'ANY' }], expiresAt },
      { params: [{ field: 'title', as: 'ANY' }], expiresAt },
    ]) {
      const answer = await remember(pending, ownerOf(agent), others);
      expect(answer, JSON.stringify(others)).toMatchObject({ __typename: 'ApprovalDecidedError', status: 'APPROVED' });
    }
    const { expiresAt: _, ...unsaid } = chosen;
    for (const same of [chosen, unsaid]) expect(await remember(pending, ownerOf(agent), same)).toEqual(first);
    expect(await policiesOf(agent)).toEqual(first.policySet);
  });

  it('is stored so that a node that does not know when it applies rejects what it matches', async () => {
    const { agent, sender } = await askingAgent(platform);
    await remember(await heldFor(platform, { agent, sender }), ownerOf(agent));
    const within = { condition: 'params_n == 1', action: 'ALLOW', expiresAt: '2999-01-01T00:00:00.000Z' };
    const { rules } = await policiesOf(agent);
    await publishPolicies(platform, agent, { rules: [...rules, within] });
    expect((await policiesOf(agent)).rules.at(-1)).toMatchObject(within);
    const [stored] = await query('select rules from policy_sets where agent_id = $1 and is_active', [agent.id]);
    expect(stored?.rules).toMatchObject([
      { action: 'REQUIRE_APPROVAL' },
      { action: 'LIMITED_WAIVE_APPROVAL' },
      { action: 'LIMITED_ALLOW' },
    ]);
  });

  it('waits, as any rule that does not always apply, until no node of the release before lives', async () => {
    const { agent, sender } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    const older = ['a node of the release before', clock.now()];
    await query("insert into nodes (id, seen_at, newest_migration) values ($1, $2, '0010-trace-context')", older);
    const within = { condition: 'false', action: 'ALLOW', expiresAt: '2999-01-01T00:00:00Z' };
    const publish = (rule: object) => publishPolicies(platform, agent, { rules: [...ASK_ALWAYS.rules, rule] });
    await expect(publish(within)).rejects.toThrow(/Nodes of the release before are still running/);
    await expect(publish({ condition: 'false', action: 'WAIVE_APPROVAL' })).rejects.toThrow(/still running/);
    await expect(remember(pending, ownerOf(agent))).rejects.toThrow(/still running/);
    await query('delete from nodes where id = $1', older.slice(0, 1));
    expect(await remember(pending, ownerOf(agent)), 'nothing was decided').toMatchObject({ policySet: { version: 2 } });
  });

  it.each([
    ['closes its own quote', '" or true or "', String.raw`params_title == "\" or true or \""`],
    ['looks like another', 'Stand\u200bup\u202e', String.raw`params_title == "Stand\u200bup\u202e"`],
    ['has lines', 'a\nb" and action == "x', String.raw`params_title == "a\nb\" and action == \"x"`],
  ])('says no more than was approved of a text that %s', async (_, title, written) => {
    const { agent, sender } = await askingAgent(platform);
    const asked = withParams({ title, duration_minutes: 30 });
    const { rememberedRule } = await remember(await heldFor(platform, { agent, sender }, asked), ownerOf(agent));
    expect(rememberedRule.condition).toContain(written);
    expect(await statusOf(agent, sender, { ...asked, whenOffline: 'QUEUE' })).toBe('PENDING');
    expect(await statusOf(agent, sender)).toBe('AWAITING_APPROVAL');
  });

  it('binds what else waits anew, which nothing holds any more, and replaces what says the same', async () => {
    const { agent, sender } = await askingAgent(platform);
    const [first, second] = [await heldFor(platform, { agent, sender }), await heldFor(platform, { agent, sender })];
    await remember(first, ownerOf(agent));
    const changed = await remember(second, ownerOf(agent));
    expect(changed.__typename).toBe('ApprovalChangedError');
    const { policySet } = await remember({ ...second, digest: changed.digest }, ownerOf(agent));
    expect(policySet.rules).toMatchObject([{ madeFrom: null }, { madeFrom: second.id }]);
  });

  it('is for whoever publishes: approvers are told so before anything is decided', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent, sender });
    expect(await remember(pending, approver)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.remember', message: expect.stringContaining('approvers decide, and publish no rules') }],
    });
    const decider = await limitedKey(platform, ownerOf(agent), ['approvals:decide']);
    await expect(remember(pending, decider)).rejects.toThrow(/owner:manage/);
    const { version } = await policiesOf(agent);
    expect(version).toBe(1);
    const answer = await remember(pending, await logIn(platform));
    expect(answer).toMatchObject({ approval: { status: 'APPROVED' }, policySet: { version: 2 } });
  });

  it('races with a publication: either it is remembered on top of that, or nothing is decided', async () => {
    const { agent } = await askingAgent(platform);
    for (let round = 0; round < 5; round += 1) {
      await publishPolicies(platform, agent, ASK_ALWAYS);
      const { version } = await policiesOf(agent);
      const pending = await heldOfAnother(platform, agent);
      const [answer] = await Promise.all([
        remember(pending, ownerOf(agent), {}, {}, other),
        publishPolicies(platform, agent, { rules: [...ASK_ALWAYS.rules, { condition: 'false', action: 'ALLOW' }] }),
      ]);
      const now = await policiesOf(agent);
      if (answer.__typename === 'DecideApprovalSuccess') {
        expect(now.version).toBe(version + 2);
        expect(answer.policySet.version).toBe(version + 1);
      } else {
        expect(answer.__typename).toBe('ApprovalChangedError');
        expect(now).toMatchObject({ version: version + 1 });
        expect(now.rules.some(({ madeFrom }: { madeFrom: string | null }) => madeFrom !== null)).toBe(false);
        await pending.cancel();
      }
    }
  });
});

describe('What cannot be remembered', () => {
  const choose = (...params: object[]) => ({ params });

  it('is told with its field, and decides nothing', async () => {
    const { agent, sender } = await anything({
      properties: { size: { enum: ['small', 'large'] }, level: { enum: [1, 2] } },
    });
    const owner = ownerOf(agent);
    const params = { n: 5, yes: true, text: 'hello', size: 'small', level: 1, list: [1], none: null };
    const pending = await heldFor(platform, { agent, sender }, doing(params));
    const now = clock.now().getTime();
    for (const [choices, path, message] of [
      [choose({ field: 'other', as: 'VALUE' }), 'params.0.field', 'is no param'],
      [choose({ field: 'n', as: 'VALUE' }, { field: 'n', as: 'ANY' }), 'params.1.field', 'is there twice'],
      [choose({ field: 'n', as: 'BOUND' }), 'params.0.as', 'needs min, max or both'],
      [choose({ field: 'n', as: 'BOUND', max: 4 }), 'params.0.max', 'must be at least 5'],
      [choose({ field: 'n', as: 'BOUND', min: 6, max: 9 }), 'params.0.min', 'must be at most 5'],
      [choose({ field: 'n', as: 'VALUE', max: 9 }), 'params.0.max', 'is for BOUND'],
      [choose({ field: 'text', as: 'BOUND', max: 4 }), 'params.0.as', 'can only be BOUND for a number'],
      [choose({ field: 'text', as: 'ANY' }), 'params.0.as', 'nothing looks at what later texts say'],
      [choose({ field: 'list', as: 'ANY' }), 'params.0.as', 'can only be ANY for a number'],
      [choose({ field: 'none', as: 'ANY' }), 'params.0.as', 'can only be ANY for a number'],
      [choose({ field: '', as: 'VALUE' }), 'params.0.field', 'must not be empty'],
      [{ params: Array.from({ length: 101 }, () => ({ field: 'n', as: 'VALUE' })) }, 'params', 'at most 100'],
      [{ expiresAt: new Date(now - 1_000).toISOString() }, 'expiresAt', 'must lie in the future'],
      [{ expiresAt: new Date(now + 366 * DAY_MS).toISOString() }, 'expiresAt', 'within 365 days'],
    ] as const) {
      const answer = await remember(pending, owner, choices);
      expect(answer.issues, JSON.stringify(answer)).toMatchObject([
        { path: `input.remember.${path}`, message: expect.stringContaining(message) },
      ]);
    }
    expect(await remember(pending, owner, {}, { verdict: 'DENY' })).toMatchObject({
      issues: [{ path: 'input.remember', message: 'is for whoever approves' }],
    });
    expect(await policiesOf(agent)).toMatchObject({ version: 1 });
    const whole = choose(
      { field: 'n', as: 'ANY' },
      { field: 'yes', as: 'ANY' },
      { field: 'size', as: 'ANY' },
      { field: 'level', as: 'ANY' },
    );
    // A list is CEL's to compare.
    expect(await remember(pending, owner, whole)).toMatchObject({
      rememberedRule: {
        condition: null,
        cel: `sender.id == "${sender.id}" && action == "do.it" && params.level in [1, 2] && params.list == [1] && (params.n < 0 || params.n >= 0) && params.none == null && params.size in ["small", "large"] && params.text == "hello" && params.yes in [true, false]`,
      },
    });
    const later = { ...params, n: -7.5, yes: false, size: 'large', level: 2 };
    expect(await statusOf(agent, sender, { ...doing(later), whenOffline: 'QUEUE' })).toBe('PENDING');
    expect(await statusOf(agent, sender, doing({ ...later, n: '5' }))).toBe('AWAITING_APPROVAL');
  });

  it('is what no rule has room for: too many params, too much text, too many rules', async () => {
    const { agent, sender } = await anything();
    const owner = ownerOf(agent);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`p${index}`, index]));
    for (const [params, message] of [
      [many, 'has 101 params; at most 100 can be remembered'],
      [{ text: 'a'.repeat(5_000) }, 'at most 2,000'],
      [{ text: 'a'.repeat(1_990) }, 'the 2,000 characters that are allowed'],
      [{ ['a'.repeat(201)]: 1 }, 'longer than the 200 characters'],
    ] as const) {
      const pending = await heldFor(platform, { agent, sender }, doing(params));
      expect(await suggestionOf(pending, owner), message).toBeNull();
      const answer = await remember(pending, owner);
      expect(answer.issues).toMatchObject([{ path: 'input.remember', message: expect.stringContaining(message) }]);
      await mutate(platform, 'cancelRequest', { requestId: pending.request.id }, 'request { id }', sender);
    }
    const rules = Array.from({ length: 99 }, (_, index) => ({ condition: `params_n == ${index}`, action: 'ALLOW' }));
    await publishPolicies(platform, agent, { rules: [...ASK_ALWAYS.rules, ...rules] });
    const pending = await heldOfAnother(platform, agent, doing({ n: 5 }));
    expect(await remember(pending, owner)).toMatchObject({
      issues: [{ path: 'input.remember', message: expect.stringContaining('100 rules already') }],
    });
    const approved = await decide(platform, pending, owner);
    expect(approved, 'it is still to be decided').toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('is made up by nobody: a rule says what it is made from only where the same is in force', async () => {
    const { agent, sender } = await askingAgent(platform);
    await remember(await heldFor(platform, { agent, sender }), ownerOf(agent));
    const { rules } = await policiesOf(agent);
    const [held, remembered] = rules;
    const wider = { ...remembered, condition: 'true', onlyParams: null };
    const longer = { ...remembered, expiresAt: null };
    const strange = { ...held, madeFrom: remembered.madeFrom };
    for (const rule of [wider, longer, strange]) {
      const answer = await mutate(
        platform,
        'publishPolicies',
        { agentId: agent.id, rules: [held, rule] },
        'policySet { version }',
        agent,
      );
      expect(answer.issues).toMatchObject([
        { path: 'input.rules.1.madeFrom', message: expect.stringContaining('the platform’s word') },
      ]);
    }
    await publishPolicies(platform, agent, { rules: [remembered, held] });
    expect((await policiesOf(agent)).rules).toEqual([remembered, held]);
  });
});
