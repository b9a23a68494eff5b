import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalDigest } from '../../src/application/canonical.ts';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import { complete } from '../../src/domain/fields.ts';
import { POLICY_RULE, type PolicyRule } from '../../src/domain/policy.ts';
import { REMEMBER_AS, type RememberAs } from '../../src/domain/remember.ts';
import { checkRules } from '../../src/enforcement/policy/check-rules.ts';
import { rememberedCondition } from '../../src/enforcement/policy/remember.ts';
import { createPolicyEngine } from '../../src/enforcement/stages/policy-engine.ts';
import { capability, facts, inlineIsolate, policiesOf, rule } from './fixtures/facts.ts';

const SENDER = '019ab3c2-1b22-7d4f-9a32-6c7b1e0f5d22';
const ASKED = { senderId: SENDER, action: 'calendar.schedule' } as const;
const engine = createPolicyEngine(inlineIsolate());

/** The rule for just these params; null where there is none. */
function ruleFor(params: JsonObject): PolicyRule | null {
  const said = rememberedCondition({ ...ASKED, params, choices: [], capability: null });
  if (said.ok) return complete(POLICY_RULE, { ...said, action: 'WAIVE_APPROVAL' });
  for (const { path, message } of said.issues)
    expect({ path, message }).toMatchObject({ path: 'remember', message: /\d/ });
  return null;
}

async function decision(remembered: PolicyRule, asked: Partial<Parameters<typeof facts>[0]>): Promise<string> {
  const policies = policiesOf([rule('true', 'REQUIRE_APPROVAL'), remembered]);
  return (await engine.evaluate(facts({ ...ASKED, ...asked, policies }), new AbortController().signal)).decision;
}

const name = fc.oneof(
  fc.constantFrom(
    'title',
    'duration_minutes',
    'a-b',
    'in',
    'true',
    '1',
    'sender_id',
    '',
    ' ',
    '"',
    '\\',
    '\u202e',
    'constructor',
  ),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
);
const text = fc.oneof(
  fc.string({ maxLength: 12, unit: 'binary' }).map((each) => each.toWellFormed().replaceAll('\u0000', '')),
  fc.constantFrom(
    '"',
    "' or 'a' == 'a",
    '\\" or true or "',
    '\\',
    '\\u0022',
    '\n',
    '\u2028',
    '\u200b',
    '\u{e0041}',
    '😀',
    '" && true',
  ),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e20, -1e21, 2 ** 53 - 1, 2 ** 60, 5e-324, 1.7976931348623157e308, 0.1, -0.5),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const params = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

/** Values that are nearly that one. */
function* neighbours(of: JsonValue): Generator<JsonValue> {
  yield* [null, true, 'x', 0, [], {}, [of], { a: of }];
  if (typeof of === 'string') yield* [`${of} `, [...of].slice(1).join(''), of.toUpperCase(), Number(of) || 1];
  if (typeof of === 'number') yield* [of + 1, of / 2, -of, String(of)];
  if (typeof of === 'boolean') yield* [!of, String(of)];
  if (Array.isArray(of)) {
    yield* [[...of, null], of.slice(1), of.toReversed()];
    for (const [at, item] of of.entries()) for (const each of neighbours(item)) yield of.with(at, each);
  } else if (typeof of === 'object' && of !== null) {
    yield { ...of, more: 1 };
    for (const [key, member] of Object.entries(of)) {
      const { [key]: _, ...others } = of as Record<string, JsonValue>;
      yield others;
      for (const each of neighbours(member)) yield { ...of, [key]: each };
    }
  }
}

const isObject = (given: JsonValue): given is JsonObject =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

const isSame = (one: JsonValue, other: JsonValue) =>
  canonicalDigest('test', one).equals(canonicalDigest('test', other));

test('matches exactly what was approved, whatever that is, and no neighbour of it', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(params, params, async (approved, other) => {
      const remembered = ruleFor(approved);
      if (remembered === null) return;
      written += 1;
      expect(checkRules([remembered]), 'it can be published').toEqual([]);
      expect(await decision(remembered, { params: approved })).toBe('PASS');
      expect(await decision(remembered, { params: approved, senderId: SENDER.replace('0', '1') })).toBe('HOLD');
      expect(await decision(remembered, { params: approved, action: 'calendar.Schedule' })).toBe('HOLD');
      for (const near of [other, ...neighbours(approved)]) {
        if (!isObject(near)) continue;
        const expected = isSame(near, approved) ? 'PASS' : 'HOLD';
        expect(await decision(remembered, { params: near }), JSON.stringify(near)).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
  expect(written, 'most can be said').toBeGreaterThan(270);
});

const LISTED = [null, 5, 'a', true, '5'];
const choice = fc.record({
  as: fc.constantFrom(...REMEMBER_AS),
  min: fc.option(number),
  max: fc.option(number),
});
type Choice = { readonly as: RememberAs; readonly min: number | null; readonly max: number | null };

/** Whether somebody let a later value pass who chose that of the approved one. */
function isChosen({ as, min, max }: Choice, approved: JsonValue, later: JsonValue, isListed: boolean): boolean {
  if (as === 'VALUE') return isSame(later, approved);
  if (as === 'BOUND') {
    return typeof later === 'number' && (min === null || later >= min) && (max === null || later <= max);
  }
  if (isListed && LISTED.some((each) => each === approved)) return LISTED.some((each) => each === later);
  return typeof later === typeof approved;
}

test('matches nothing but what was chosen besides', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(params, fc.array(choice, { maxLength: 3 }), fc.boolean(), async (approved, given, isListed) => {
      const fields = Object.keys(approved);
      const unbound = { min: null, max: null };
      const choices = given
        .slice(0, fields.length)
        .map((each, at) => ({ ...each, ...(each.as !== 'BOUND' && unbound), field: fields[at] ?? '' }));
      const properties = Object.fromEntries(fields.map((field) => [field, { enum: LISTED }]));
      const paramsSchema = isListed ? { properties } : {};
      const said = rememberedCondition({ ...ASKED, params: approved, choices, capability: capability(paramsSchema) });
      if (!said.ok) return;
      written += 1;
      const remembered = complete(POLICY_RULE, { ...said, action: 'WAIVE_APPROVAL' });
      expect(await decision(remembered, { params: approved })).toBe('PASS');
      for (const field of fields) {
        const value = approved[field] ?? null;
        const chosen = choices.find((each) => each.field === field) ?? { as: 'VALUE', ...unbound };
        for (const later of [...LISTED, ...neighbours(value), -1e300, 1e300]) {
          const expected = isChosen(chosen, value, later, isListed) ? 'PASS' : 'HOLD';
          const near = { ...approved, [field]: later };
          expect(await decision(remembered, { params: near }), JSON.stringify([chosen, near])).toBe(expected);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(written, 'many can be said').toBeGreaterThan(100);
});

test('shows what cannot be seen as what it is', () => {
  const remembered = ruleFor({ title: 'a\u202eb\u200b\u{e0041}"\n' });
  expect(remembered?.condition).toContain(String.raw`params_title == "a\u202eb\u200b\udb40\udc41\"\n"`);
});

describe('is written in CEL where conditions have no words for it', () => {
  test.each<[string, JsonObject, string]>([
    ['a list', { to: ['a', 'b'] }, 'params.to == ["a", "b"]'],
    ['an object', { at: { day: 1, zone: null } }, 'params.at == {"day": 1, "zone": null}'],
    ['a name that is none', { 'a-b': 1 }, 'params["a-b"] == 1'],
    ['a word of CEL', { in: 1, 'x-': 1 }, 'params["in"] == 1'],
    ['a long text', { text: 'a'.repeat(600) }, `params.text == "${'a'.repeat(600)}"`],
  ])('%s', (_, given, words) => {
    const remembered = ruleFor(given);
    expect(remembered).toMatchObject({ condition: null, cel: expect.stringContaining(words) });
  });

  test('and so are more params than a condition has room for', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`p${index}`, index]));
    expect(ruleFor(many)).toMatchObject({ condition: null, cel: expect.stringContaining('params.p59 == 59') });
  });
});
