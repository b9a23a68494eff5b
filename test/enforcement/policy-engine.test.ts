import { describe, expect, test } from 'vitest';
import type { PolicyAction, PolicyRule } from '../../src/domain/policy.ts';
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
const deny = (reason: string) => ({ decision: 'DENY', kind: 'POLICY', reason });
const hold = (reason: string) => ({ decision: 'HOLD', reason });

describe('deny overrides', () => {
  test('without a policy set everything passes', () => {
    expect(createPolicyEngine(inlineIsolate()).evaluate(facts(), signal)).toEqual(PASS);
  });

  test.each<[string, PolicyRule[], PolicyAction, object]>([
    ['no rules and ALLOW', [], 'ALLOW', PASS],
    ['no rules and REJECT', [], 'REJECT', deny('No policy rule allows this')],
    ['no rules and REQUIRE_APPROVAL', [], 'REQUIRE_APPROVAL', hold('No policy rule allows this without approval')],
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
    ['REQUIRE_APPROVAL', [rule('true', 'REQUIRE_APPROVAL', 'Large')], 'ALLOW', hold('Large')],
    [
      'REQUIRE_APPROVAL over ALLOW',
      [rule('true', 'ALLOW'), rule('true', 'REQUIRE_APPROVAL')],
      'REJECT',
      hold('Policy rule 2 requires approval'),
    ],
    ['ALLOW over a default REJECT', [rule('true', 'ALLOW')], 'REJECT', PASS],
    ['ALLOW over a default REQUIRE_APPROVAL', [rule('true', 'ALLOW')], 'REQUIRE_APPROVAL', PASS],
    ['an ALLOW that does not match', [rule('false', 'ALLOW')], 'REJECT', deny('No policy rule allows this')],
  ])('%s', (_name, rules, defaultAction, verdict) => {
    expect(decide(rules, defaultAction)).toEqual(verdict);
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
