import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { holds, Scope } from '../../src/enforcement/policy/evaluate.ts';
import { EvaluationError } from '../../src/enforcement/policy/evaluation-error.ts';
import { parsePolicyCondition } from '../../src/enforcement/policy/parse-condition.ts';
import { createPolicyEngine } from '../../src/enforcement/stages/policy-engine.ts';
import { resultOf } from './fixtures/condition.ts';
import { facts, inlineIsolate, policiesOf, rule } from './fixtures/facts.ts';

const WORDS = [
  ...['sender_id', 'action', 'params_n', 'params_s', 'params_l', 'params_missing', 'toString', '__proto__', 'f'],
  ...['1', '0', '2.5', '1e308', '""', "'a'", '"b"', 'True', 'false', 'None', 'null'],
  ...['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'and', 'or', 'not', 'in', '?', ':'],
  ...['(', ')', '[', ']', ',', '=', '||', '!', ';', '.', '^', '/*', '"', '\\'],
];
const anyText = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(' ')),
  fc.string({ maxLength: 80, unit: 'binary' }),
);

/** A condition that is well-formed by construction, each operation in parentheses. */
const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
  leaf: fc.constantFrom('params_n', 'params_s', 'params_l', 'params_missing', '1', '0', '"a"', 'true', 'null'),
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('==', '!=', '<', '>=', '+', '-', '*', '/', '%', 'and', 'or'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left} in [${right}, 1])`),
    tie('expression').map((operand) => `(not (${operand}))`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

const params = fc.record(
  {
    n: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
    s: fc.string(),
    l: fc.array(fc.oneof(fc.integer(), fc.string(), fc.constant(null)), { maxLength: 5 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

function check(condition: string, given: JsonObject): void {
  const parsed = parsePolicyCondition(condition);
  if (!parsed.ok) {
    expect(parsed.message).toMatch(/\S/);
    expect(parsed.message.isWellFormed()).toBe(true);
    return;
  }
  try {
    expect(holds(parsed.expression, new Scope(facts({ params: given })))).toBeTypeOf('boolean');
  } catch (error) {
    expect(error).toBeInstanceOf(EvaluationError);
  }
}

test('any text is refused or yields true, false or a named error', () => {
  fc.assert(fc.property(anyText, params, check), { numRuns: 5_000 });
});

test('any well-formed condition yields true, false or a named error', () => {
  fc.assert(fc.property(expression, params, check), { numRuns: 3_000 });
});

test('any condition leads to a verdict', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, expression), params, (condition, given) => {
      const policies = policiesOf([rule(condition, 'ALLOW')], 'REJECT');
      const verdict = createPolicyEngine(inlineIsolate()).evaluate(
        facts({ params: given, policies }),
        new AbortController().signal,
      );
      expect(['PASS', 'DENY']).toContain((verdict as { decision: string }).decision);
    }),
    { numRuns: 1_000 },
  );
});

test('a condition and its negation never both hold', () => {
  fc.assert(
    fc.property(expression, params, (condition, given) => {
      if (`not (${condition})`.length > 500) return;
      const both = [condition, `not (${condition})`].filter((each) => {
        const parsed = parsePolicyCondition(each);
        return parsed.ok && resultOf(each, given) === true;
      });
      expect(both.length).toBeLessThan(2);
    }),
    { numRuns: 1_000 },
  );
});

test('numbers are compared and calculated as numbers are', () => {
  const integer = fc.integer({ min: -1_000, max: 1_000 });
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      expect(resultOf(`params_a < params_b`, { a, b })).toBe(a < b);
      expect(resultOf(`params_a + params_b * 2 == ${a + b * 2}`, { a, b })).toBe(true);
      if (b !== 0) expect(resultOf(`params_a % params_b == ${a - Math.floor(a / b) * b}`, { a, b })).toBe(true);
    }),
    { numRuns: 500 },
  );
});
