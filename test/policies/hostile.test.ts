import { expect, it } from 'vitest';
import { adminCookie } from '../admin/admin-forms.ts';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, publishPolicies, readRequest, submit } from '../testkit/actors.ts';
import { ask, mutate } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

/** What the authors of rules, and those who send requests, may try. */

const platform = platformForFile({ env: { ENFORCEMENT_CPU_BUDGET_MS: '100' } });

const NUMBERS = Array.from({ length: 2_000 }, (_, index) => index);
const rejectedIf = (cel: string) => ({ rules: [{ cel, action: 'REJECT', reason: 'It matched' }] });

async function reasonOf(cel: string, params: object): Promise<string> {
  const { agent, sender } = await agentAndSender(platform, [{ action: 'do' }]);
  await publishPolicies(platform, agent, rejectedIf(cel));
  const answer = await submit(platform, agent, sender, { action: 'do', params, whenOffline: 'QUEUE' });
  return answer.__typename === 'SubmitRequestSuccess' ? 'passes' : answer.reason;
}

async function refusalOf(cel: string): Promise<string> {
  const { agent } = await agentAndSender(platform, [{ action: 'do' }]);
  const input = { agentId: agent.id, ...rejectedIf(cel) };
  const answer = await mutate(platform, 'publishPolicies', input, 'policySet { version }', agent);
  return answer.issues?.map(({ message }: { message: string }) => message).join('; ') ?? 'is taken';
}

it.each<[string, object]>([
  // 4,000,000 comparisons: the budget of the isolate ends it.
  ['params.a.exists(x, params.b.exists(y, x + y < 0))', { a: NUMBERS, b: NUMBERS }],
  [
    'params.a.map(x, params.b.map(y, params.s + params.s)).size() < 0',
    { a: NUMBERS, b: NUMBERS, s: 'x'.repeat(9_000) },
  ],
])('%s denies when its time is up', async (cel, params) => {
  expect(await reasonOf(cel, params)).toMatch(/^The policies could not be evaluated/);
});

it('what takes longer than a moment is evaluated all the same, in the isolate', async () => {
  const cel = 'params.a.exists(x, params.b.exists(y, x + y < 0))';
  expect(await reasonOf(cel, { a: NUMBERS.slice(0, 100), b: NUMBERS.slice(0, 100) })).toBe('passes');
});

it('regular expressions take time linear in the text', async () => {
  expect(await reasonOf('params.s.matches("^(a+)+$")', { s: `${'a'.repeat(60_000)}!` })).toBe('passes');
  expect(await reasonOf('params.s.matches("(x+x+)+y")', { s: 'x'.repeat(60_000) })).toBe('passes');
});

it.each<[string, object]>([
  ['params.s + params.s + params.s == "a"', { s: 'x'.repeat(60_000) }],
  ['timestamp(params.t) > now', { t: '99999-01-01T00:00:00Z' }],
  ['now + duration(params.d) > now', { d: '9999999999h' }],
  ['now.getHours(params.z) == 1', { z: 'x'.repeat(60_000) }],
  ['params.n / params.zero > 1', { n: 1, zero: 0 }],
  ['params.n * params.n > 1', { n: 1e200 }],
  ['params.list[params.n] == 1', { list: [1], n: 5 }],
  ['params.constructor == null', {}],
  ['params["__proto__"] == null', {}],
  ['params.s == 1', { s: '1' }],
  ['params.s != 1', { s: '1' }],
  ['params.s in [1, 2]', { s: '1' }],
  ['params.list == ["a"]', { list: [1] }],
  ['params.s', { s: 'true' }],
])('%s has no value for some params, and denies', async (cel, params) => {
  expect(await reasonOf(cel, params)).toBe('Policy rule 1 could not be evaluated for this request');
});

it('objects have no members but those that were sent', async () => {
  expect(await reasonOf('has(params.constructor) || "toString" in params || "__proto__" in params', {})).toBe('passes');
});

it.each([
  ['params.a == 1 ||'.repeat(200), /2,000 characters/],
  [`params.a == ${'('.repeat(300)}1${')'.repeat(300)}`, /nested too deeply/],
  [`${'!'.repeat(100)}params.a`, /nested too deeply/],
  [`${'params.a ? true : ('.repeat(60)}false${')'.repeat(60)}`, /nested too deeply/],
  [`params.a in [${'1,'.repeat(600)}1]`, /too many parts; at most 500/],
  ['params.a.all(x, x.all(y, y.all(z, z == 1)))', /nested 3 deep; at most 2/],
  // Each takes RE2 milliseconds, on the thread of everybody.
  [`params.a.matches(r"(?i)${'[b-\u{fffff}]'.repeat(200)}")`, /take too long to compile/],
  [`params.a.matches(r"(?i)[${String.raw`\x{62}-\x{fffff}`.repeat(100)}]")`, /take too long to compile/],
  [`params.a.matches(r"[${String.raw`\pL`.repeat(400)}]")`, /take too long to compile/],
  ['params.a.matches("(x{1000}){4}")', /size of .*; at most 4,000/],
  ['params.a.matches("(?=x)")', /no regular expression of RE2/],
  ['params.a.matches("\\\\Q(")', /uses \\Q/],
  ['params.a.matches(params.b)', /must be text in quotes/],
  ['"%s%s".format([params.a]) == "x"', /no function ".format\(\)"/],
  ['process.exit()', /no function "\.exit\(\)"/],
  ['process.env == 1', /"process" .* is not known/],
  ['cel.bind(x, params.a, x == 1)', /no function|not known/],
  ['type(params.a) == 1', /no function "type\(\)"/],
  ['sender == "x"', /"sender" alone is no variable/],
  ['sender.idd == "x"', /did you mean sender\.id/],
  ['sender_id == "x"', /did you mean sender\.id/],
  ['params.a.starts_with("x")', /did you mean startsWith/],
  ['params.a = 1', /cannot be read/],
  ['sender.id == 5', /never equal/],
  ['"a" == "a"', /literal with a literal/],
  ['action', /yields text, not true or false/],
  ['"a" in ["a"]', /same of every request/],
  ['true || false', /same of every request/],
  ['params.a == 1 || true', /same of every request/],
  ['now.getHours("Europe/Berlim") == 1', /no time zone/],
  ['now + 5 > now', /has no meaning/],
])('%s is refused when it is published', async (cel, why) => {
  expect(await refusalOf(cel)).toMatch(why);
});

it.each(['true', 'false'])('%s alone is taken', async (cel) => {
  expect(await refusalOf(cel)).toBe('is taken');
});

it('all rules together are bounded, too', async () => {
  const { agent } = await agentAndSender(platform, [{ action: 'do' }]);
  const publish = (cel: string, count: number) =>
    mutate(
      platform,
      'publishPolicies',
      { agentId: agent.id, rules: Array.from({ length: count }, () => ({ cel, action: 'ALLOW' })) },
      'policySet { version }',
      agent,
    );
  expect((await publish(`params.a == "${'x'.repeat(1_900)}"`, 100)).issues).toMatchObject([{ path: 'input.rules' }]);
  expect((await publish('params.a.matches("^x$")', 65)).issues).toMatchObject([{ path: 'input.rules.64.cel' }]);
});

it('a rejection names nothing that only the policies know, and the owner sees it', async () => {
  const { agent, sender } = await agentAndSender(platform, [{ action: 'do' }]);
  await publishPolicies(platform, agent, rejectedIf('params.secret_flag == "x"'));
  const answer = await submit(platform, agent, sender, { action: 'do', params: {} });
  expect(answer.reason).toBe('Policy rule 1 could not be evaluated for this request');

  const query = 'query ($id: ID!) { request(id: $id) { pipelineLog { reason detail } error { message } } }';
  const seen = async (by: object) =>
    (await ask(platform, query, { id: answer.requestId }, by)).request.pipelineLog[0].detail;
  const admin = { cookie: await adminCookie(platform) };
  expect(await seen(sender)).toBeNull();
  for (const owner of [agent, admin]) expect(await seen(owner)).toMatch(/"params\.secret_flag" is missing/);
  const request = await readRequest(platform, answer.requestId, sender);
  const over = await rest(platform, 'GET', `/v1/requests/${answer.requestId}`, { key: sender.apiKey });
  expect(JSON.stringify([answer, request, over])).not.toContain('secret_flag');

  const dryRun = `query ($input: DryRunInput!) { dryRun(input: $input) { ... on DryRunSuccess { stages { detail } } } }`;
  const input = { handle: agent.handle, action: 'do', params: {} };
  expect((await ask(platform, dryRun, { input }, admin)).dryRun.stages[0].detail).toMatch(/secret_flag/);
});
