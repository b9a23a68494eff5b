import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import type { PolicyAction, PolicyRule } from '../../src/domain/policy.ts';
import { DEFAULT_ACTION } from '../../src/domain/verdict.ts';
import { checkRules } from '../../src/enforcement/policy/check-rules.ts';
import { createPolicyEngine } from '../../src/enforcement/stages/policy-engine.ts';
import { facts, inlineIsolate, policiesOf, rule } from './fixtures/facts.ts';

const signal = new AbortController().signal;
const decide = (rules: readonly PolicyRule[], defaultAction?: PolicyAction) =>
  createPolicyEngine(inlineIsolate()).evaluate(
    facts({ params: { n: 5 }, policies: policiesOf(rules, defaultAction) }),
    signal,
  );

const PASS = { decision: 'PASS' };
const waived = (detail: string) => ({ ...PASS, detail });
const deny = (reason: string) => ({ decision: 'DENY', kind: 'POLICY', reason });
const hold = (rule: number, reason: string) => ({ decision: 'HOLD', reason, rules: [{ rule, reason }] });

describe('deny overrides', () => {
  test('without a policy set everything passes', () => {
    expect(createPolicyEngine(inlineIsolate()).evaluate(facts(), signal)).toEqual(PASS);
  });

  test.each<[string, PolicyRule[], PolicyAction, object]>([
    ['no rules and ALLOW', [], 'ALLOW', PASS],
    ['no rules and REJECT', [], 'REJECT', deny('No policy rule allows this')],
    [
      'no rules and REQUIRE_APPROVAL',
      [],
      'REQUIRE_APPROVAL',
      hold(DEFAULT_ACTION, 'No policy rule allows this without approval'),
    ],
    ['a rule that does not match', [rule('false')], 'ALLOW', PASS],
    ['a matching REJECT', [rule('true', 'REJECT', 'Closed')], 'ALLOW', deny('Closed')],
    ['a matching REJECT without a reason', [rule('false'), rule('true')], 'ALLOW', deny('Rejected by policy rule 2')],
    ['the first of two REJECTs', [rule('true', 'REJECT', 'a'), rule('true', 'REJECT', 'b')], 'ALLOW', deny('a')],
    ['REJECT after ALLOW', [rule('true', 'ALLOW'), rule('true')], 'ALLOW', deny('Rejected by policy rule 2')],
    [
      'REJECT after REQUIRE_APPROVAL',
      [rule('true', 'REQUIRE_APPROVAL'), rule('true', 'REJECT', 'no')],
      'ALLOW',
      deny('no'),
    ],
    ['REQUIRE_APPROVAL', [rule('true', 'REQUIRE_APPROVAL', 'Large')], 'ALLOW', hold(0, 'Large')],
    [
      'REQUIRE_APPROVAL over ALLOW',
      [rule('true', 'ALLOW'), rule('true', 'REQUIRE_APPROVAL')],
      'REJECT',
      hold(1, 'Policy rule 2 requires approval'),
    ],
    ['ALLOW over a default REJECT', [rule('true', 'ALLOW')], 'REJECT', PASS],
    ['ALLOW over a default REQUIRE_APPROVAL', [rule('true', 'ALLOW')], 'REQUIRE_APPROVAL', PASS],
    ['an ALLOW that does not match', [rule('false', 'ALLOW')], 'REJECT', deny('No policy rule allows this')],
  ])('%s', (_name, rules, defaultAction, verdict) => {
    expect(decide(rules, defaultAction)).toEqual(verdict);
  });
});

describe('what people approve', () => {
  const ask = rule('true', 'REQUIRE_APPROVAL', 'Ask');
  const never = rule('false', 'REQUIRE_APPROVAL');
  const decideApproved = (rules: readonly PolicyRule[], approved: readonly number[], defaultAction?: PolicyAction) =>
    createPolicyEngine(inlineIsolate()).evaluate(
      facts({ policies: policiesOf(rules, defaultAction), approved: new Set(approved) }),
      signal,
    );

  test.each<[string, PolicyRule[], PolicyAction, number[], object]>([
    ['the rule that held it holds it no more', [never, ask], 'ALLOW', [1], PASS],
    ['nor does the default action then', [ask], 'REQUIRE_APPROVAL', [0], PASS],
    ['nor does a default REJECT', [ask], 'REJECT', [0], PASS],
    ['the default action that held it holds it no more', [never], 'REQUIRE_APPROVAL', [DEFAULT_ACTION], PASS],
    ['a REJECT still rejects', [ask, rule('true', 'REJECT', 'Closed')], 'ALLOW', [0], deny('Closed')],
    [
      'the default action was approved, and a rule holds it',
      [ask],
      'REQUIRE_APPROVAL',
      [DEFAULT_ACTION],
      hold(0, 'Ask'),
    ],
    [
      'another rule holds it, and all are told',
      [ask, rule('true', 'REQUIRE_APPROVAL', 'Now')],
      'ALLOW',
      [0],
      {
        decision: 'HOLD',
        reason: 'Now',
        rules: [
          { rule: 0, reason: 'Ask' },
          { rule: 1, reason: 'Now' },
        ],
      },
    ],
  ])('%s', (_name, rules, defaultAction, approved, verdict) => {
    expect(decideApproved(rules, approved, defaultAction)).toEqual(verdict);
  });
});

describe('a rule that cannot be evaluated denies', () => {
  const broken = (action: PolicyAction) => rule('params_missing > 1', action);
  const denial = (number: number) => ({
    ...deny(`Policy rule ${number} could not be evaluated for this request`),
    detail: `Rule ${number}: params_missing is missing`,
  });

  test.each<PolicyAction>(['REJECT', 'REQUIRE_APPROVAL', 'ALLOW'])('whatever its action is: %s', (action) => {
    expect(decide([broken(action)])).toEqual(denial(1));
  });

  test('whatever other rules say before or after it', () => {
    expect(decide([rule('true', 'ALLOW'), broken('ALLOW')])).toEqual(denial(2));
    expect(decide([rule('true', 'REJECT', 'no'), broken('REJECT')])).toEqual(denial(2));
    expect(decide([broken('REJECT'), rule('true', 'ALLOW')])).toEqual(denial(1));
  });

  test('also when it was stored although it is no condition', () => {
    expect(decide([rule('sender_id = "alice"', 'ALLOW')])).toMatchObject({ decision: 'DENY' });
  });

  test('also when its action is unknown', () => {
    expect(decide([rule('true', 'EXPLODE' as PolicyAction)])).toMatchObject({ decision: 'DENY' });
  });
});

test('what is kept parsed is never used for other rules with the same id', () => {
  const engine = createPolicyEngine(inlineIsolate());
  const first = policiesOf([rule('true', 'REJECT', 'one')]);
  const second = { ...first, rules: [rule('true', 'REJECT', 'two')] };
  expect(engine.evaluate(facts({ policies: first }), signal)).toEqual(deny('one'));
  expect(engine.evaluate(facts({ policies: second }), signal)).toEqual(deny('two'));
  expect(engine.evaluate(facts({ policies: { ...second, defaultAction: 'REJECT', rules: [] } }), signal)).toEqual(
    deny('No policy rule allows this'),
  );
});

describe('rules about to be published', () => {
  test('every problem is listed, with its place', () => {
    const issues = checkRules([
      rule('sender_id = "a"'),
      rule('true'),
      rule('import os', 'ALLOW', 'x'.repeat(501)),
      rule('true', 'explode' as PolicyAction, 'a\u0000'),
    ]);
    expect(issues.map(({ path }) => path)).toEqual([
      'rules.0.condition',
      'rules.2.condition',
      'rules.2.reason',
      'rules.3.action',
      'rules.3.reason',
    ]);
  });

  test('more than 100 are refused, and the bound is named', () => {
    expect(checkRules(Array.from({ length: 100 }, () => rule('true')))).toEqual([]);
    expect(checkRules(Array.from({ length: 101 }, () => rule('true')))).toEqual([
      { path: 'rules', message: 'There are 101 rules; at most 100 are allowed' },
    ]);
  });
});

describe('a waiver', () => {
  const waiver = (changes: Partial<PolicyRule> = {}): PolicyRule => ({ ...rule('true', 'WAIVE_APPROVAL'), ...changes });
  const held = rule('true', 'REQUIRE_APPROVAL', 'Ask');
  const NOW = facts().now;
  const later = (ms: number) => new Date(NOW.getTime() + ms);

  test.each<[string, PolicyRule[], PolicyAction, object]>([
    ['lets pass what a rule holds', [waiver(), held], 'ALLOW', waived('Rule 1 waives what rule 2 holds')],
    ['wherever it stands', [held, waiver()], 'REJECT', waived('Rule 2 waives what rule 1 holds')],
    [
      'lets pass what the default holds',
      [waiver()],
      'REQUIRE_APPROVAL',
      waived('Rule 1 waives what the default action holds'),
    ],
    [
      'is named with each other one, and with all that they waive',
      [held, waiver(), waiver(), held],
      'ALLOW',
      waived('Rules 2 and 3 waive what rules 1 and 4 hold'),
    ],
    ['says nothing where nothing is held', [waiver()], 'ALLOW', PASS],
    ['allows nothing by itself', [waiver()], 'REJECT', deny('No policy rule allows this')],
    ['overrides no rejection', [waiver(), held, rule('true', 'REJECT', 'No')], 'ALLOW', deny('No')],
    ['waives nothing where it does not match', [waiver({ condition: 'params_n == 6' }), held], 'ALLOW', hold(1, 'Ask')],
    [
      'waives nothing, and denies nothing, where it cannot be evaluated',
      [waiver({ condition: 'params_n == "5"' }), held],
      'ALLOW',
      hold(1, 'Ask'),
    ],
    ['nor where it cannot be read', [waiver({ condition: '1 +' }), held], 'ALLOW', hold(1, 'Ask')],
    ['nor where it is in CEL', [waiver({ condition: null, cel: 'params.x == 1' }), held], 'ALLOW', hold(1, 'Ask')],
    [
      'counts until it expires',
      [waiver({ expiresAt: later(1) }), held],
      'ALLOW',
      waived('Rule 1 waives what rule 2 holds'),
    ],
    ['and not from then on', [waiver({ expiresAt: NOW }), held], 'ALLOW', hold(1, 'Ask')],
    [
      'is for just the params that it names',
      [waiver({ onlyParams: ['n'] }), held],
      'ALLOW',
      waived('Rule 1 waives what rule 2 holds'),
    ],
    ['not for fewer', [waiver({ onlyParams: ['n', 'm'] }), held], 'ALLOW', hold(1, 'Ask')],
    ['not for others', [waiver({ onlyParams: [] }), held], 'ALLOW', hold(1, 'Ask')],
  ])('%s', async (_, rules, defaultAction, verdict) => {
    expect(await decide(rules, defaultAction)).toEqual(verdict);
  });

  test('any other rule that has expired, or is about other params, is as if it were not there', async () => {
    expect(await decide([rule('params_x == 1')])).toMatchObject({ decision: 'DENY' });
    expect(await decide([{ ...rule('params_x == 1'), expiresAt: NOW }])).toEqual(PASS);
    expect(await decide([{ ...rule('true'), onlyParams: ['x'] }])).toEqual(PASS);
    expect(await decide([{ ...rule('true'), onlyParams: ['n'] }])).toMatchObject({ decision: 'DENY' });
  });

  test('says so in the isolate, too', async () => {
    const isolate = inlineIsolate();
    const costly = { ...rule(''), condition: null, cel: 'params.l.all(a, params.l.all(b, a == b))', onlyParams: null };
    const params = { l: Array.from({ length: 1_000 }, () => 1) };
    for (const [expiresAt, expected] of [
      [later(1), waived('Rule 2 waives what rule 1 holds')],
      [NOW, hold(0, 'Ask')],
    ] as const) {
      const policies = policiesOf([held, { ...costly, action: 'WAIVE_APPROVAL', expiresAt }]);
      const verdict = await createPolicyEngine(isolate).evaluate(facts({ params, policies }), signal);
      expect(verdict).toEqual(expected);
    }
    expect(isolate.jobs).toEqual(['decideByRules']);
  });

  test('a rule of names has bounds', () => {
    const names = (onlyParams: string[]) => checkRules([{ ...rule('true'), onlyParams }]);
    expect(names(['a', 'b'])).toEqual([]);
    expect(names(Array.from({ length: 101 }, (_, index) => `${index}`))).toEqual([
      { path: 'rules.0.onlyParams', message: 'There are 101 names; at most 100 are allowed' },
    ]);
    expect(names(['a', 'a'])).toMatchObject([{ path: 'rules.0.onlyParams.1', message: 'The name is there twice' }]);
    expect(names(['a'.repeat(201)])).toMatchObject([{ message: 'The name must be at most 200 characters long' }]);
    const many = Array.from({ length: 2 }, () => ({
      ...rule('true'),
      onlyParams: Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(199, 'a')),
    }));
    expect(checkRules(many)).toMatchObject([{ path: 'rules', message: expect.stringContaining('32,000') }]);
  });
});

describe('what may take longer than a moment is evaluated in the isolate', () => {
  const items = (item: JsonValue): JsonValue[] => Array.from({ length: 4_000 }, () => item);
  const named = Object.fromEntries(items(0).map((_, index) => [`name-${index}`, index]));
  const jobsOf = async (cel: string, params: JsonObject) => {
    const isolate = inlineIsolate();
    const rules = [{ ...rule(''), condition: null, cel }];
    await createPolicyEngine(isolate).evaluate(facts({ params, policies: policiesOf(rules) }), signal);
    return isolate.jobs;
  };
  const long = 'a'.repeat(50_000);

  test.each<[string, string, JsonObject]>([
    ['thousands of moments', 'params.a.exists(x, timestamp(x) > now)', { a: items('2026-01-31T09:00:00+02:00') }],
    ['thousands of lengths of time', 'params.a.exists(x, duration(x) > duration("9h"))', { a: items('1h1m1.1s') }],
    ['thousands of moments as text', 'params.a.exists(x, string(now) == x)', { a: items('a') }],
    ['thousands of days', 'params.a.exists(x, now.getDayOfYear() == x)', { a: items(-1) }],
    [
      'many zones',
      'params.a.exists(x, now.getHours(x) == 99)',
      {
        a: Intl.supportedValuesOf('timeZone')
          .slice(0, 40)
          .map((zone) => zone.toUpperCase()),
      },
    ],
    ['thousands of numbers in texts', 'params.a.exists(x, int(x) == 5)', { a: items('1234567890123') }],
    ['thousands of failures', 'params.a.exists(x, x > 1)', { a: items('text') }],
    ['thousands of missing members', 'params.a.exists(x, x.b == 1)', { a: items({}) }],
    ['counting many members often', 'params.a.exists(x, size(params.o) == 1)', { a: items(0).slice(0, 20), o: named }],
    [
      'searching long texts often',
      'params.a.exists(x, params.s.contains("ab"))',
      { a: items(0).slice(0, 20), s: long },
    ],
    [
      'splitting long texts often',
      'params.a.exists(x, size(params.s.split("a")) == 1)',
      { a: items(0).slice(0, 20), s: long },
    ],
    ['compiling wide ranges that ignore case', 'params.s.matches("(?i)[b-\\\\x{fffff}]z")', { s: 'short' }],
  ])('%s', async (_, cel, params) => {
    expect(await jobsOf(cel, params)).toEqual(['decideByRules']);
  });

  test.each<[string, JsonObject]>([
    ['now.getHours("Europe/Berlin") < 8 || now.getHours("Europe/Berlin") > 18', {}],
    ['timestamp(params.start) > now + duration("720h")', { start: '2026-01-31T09:00:00+02:00' }],
    ['params.to.all(t, t.endsWith("@acme.com"))', { to: items('somebody@acme.com').slice(0, 100) }],
    ['params.s.lowerAscii().contains("password")', { s: long.slice(0, 10_000) }],
    ['params.s.matches("(?i)^[a-z0-9 ]+$")', { s: long.slice(0, 500) }],
  ])('%s is ordinary, and evaluated at once', async (cel, params) => {
    expect(await jobsOf(cel, params)).toEqual([]);
  });
});
