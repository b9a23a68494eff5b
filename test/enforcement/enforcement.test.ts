import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import type { JsonObject } from '../../src/domain/contract.ts';
import { isMultipleOf } from '../../src/enforcement/contract/decimal.ts';
import { createEnforcement } from '../../src/enforcement/create-enforcement.ts';
import { createWorkerIsolate } from '../../src/isolate/worker-isolate.ts';
import { capability, contractOf, facts, policiesOf, rule } from './fixtures/facts.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

const enforcement = createEnforcement({
  stageTimeoutMs: 10_000,
  resultMaxBytes: 65_536,
  isolate: createWorkerIsolate({ cpuBudgetMs: 250, size: 1 }),
  now: () => performance.now(),
});
afterAll(() => enforcement.close());

const contract = contractOf(capability({ required: ['title'] }, { max_minutes: 120 }));

describe('the whole pipeline', () => {
  test('policy comes before contract', async () => {
    const decision = await enforcement.decide(
      'request',
      facts({ contract, policies: policiesOf([rule('true', 'REJECT', 'Closed')]) }),
    );
    expect(decision).toMatchObject({
      outcome: 'DENIED',
      stage: 'policy_engine',
      reason: 'Closed',
      log: [{ stage: 'policy_engine' }],
    });
  });

  test('a request that is held has passed the contract', async () => {
    const policies = policiesOf([rule('true', 'REQUIRE_APPROVAL', 'Large')]);
    const held = await enforcement.decide('request', facts({ contract, policies, params: { title: 'x' } }));
    expect(held).toMatchObject({ outcome: 'HELD', reason: 'Large' });
    expect(held.log.map(({ stage, passed }) => [stage, passed])).toEqual([
      ['policy_engine', true],
      ['capability_sandbox', true],
    ]);
    expect(await enforcement.decide('request', facts({ contract, policies }))).toMatchObject({
      outcome: 'DENIED',
      stage: 'capability_sandbox',
    });
  });

  test('what keeps to everything passes', async () => {
    const decision = await enforcement.decide('request', facts({ contract, params: { title: 'x', minutes: 120 } }));
    expect(decision.outcome).toBe('PASSED');
    for (const { durationMs } of decision.log) expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  test('results go through a pipeline of their own', async () => {
    expect(await enforcement.decide('result', { result: { done: true }, rule: null })).toMatchObject({
      outcome: 'PASSED',
      log: [
        { stage: 'payload_bounds', passed: true },
        { stage: 'result_contract', passed: true },
      ],
    });
    expect(await enforcement.decide('result', { result: 'x'.repeat(70_000), rule: null })).toMatchObject({
      outcome: 'DENIED',
      stage: 'payload_bounds',
      kind: 'RESULT_TOO_LARGE',
      reason: expect.stringContaining('at most 65,536 are allowed'),
    });
  });

  test('uploads and payloads are checked by the same bounds', async () => {
    const contract = { agentId: 'a', capabilities: [capability({ type: 'nope' })], policies: null };
    expect((await enforcement.checkContract(contract)).errors).toHaveLength(1);
    const rules = {
      agentId: 'a',
      rules: [rule('1 +')],
      defaultAction: 'ALLOW',
      contract: null,
      canApprove: true,
      now: new Date(0),
    } as const;
    expect((await enforcement.checkPolicies(rules)).errors).toHaveLength(1);
    expect(enforcement.checkPayload('result', 'x'.repeat(70_000))).toHaveLength(1);
    expect(enforcement.checkPayload('result', null)).toEqual([]);
  });
});

describe('any params, any schema', () => {
  const keyword = fc.constantFrom(
    ...[
      'type',
      'enum',
      'const',
      'properties',
      'items',
      'required',
      'anyOf',
      'not',
      '$ref',
      'pattern',
      'minimum',
      'uniqueItems',
    ],
    ...[
      'format',
      'additionalProperties',
      'if',
      'then',
      'dependencies',
      'multipleOf',
      'contains',
      '$defs',
      'prefixItems',
      '__proto__',
    ],
  );
  const name = fc.oneof(fc.constantFrom('a', 'b', 'toString', '__proto__', 'constructor'), fc.string({ maxLength: 3 }));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      'string',
      'object',
      'array',
      '#',
      '#/$defs/a',
      '#/properties/a',
      'email',
      '^a+$',
      0.5,
      -1,
      Number.POSITIVE_INFINITY,
    ),
  );
  const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.dictionary(
      keyword,
      fc.oneof(
        { maxDepth: 4 },
        value,
        tie('schema'),
        fc.array(tie('schema'), { maxLength: 3 }),
        fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
      ),
      { maxKeys: 4, noNullPrototype: true },
    ) as fc.Arbitrary<JsonObject>,
  }));
  const params = fc.dictionary(name, fc.oneof(fc.jsonValue({ maxDepth: 4 }), value), {
    maxKeys: 4,
  }) as fc.Arbitrary<JsonObject>;

  test('a schema is refused with words or evaluates any params to a verdict', async () => {
    await fc.assert(
      fc.asyncProperty(schema, params, async (anySchema, anyParams) => {
        const problems = problemsOf(anySchema);
        expect(problems).not.toContain('The schema cannot be compiled');
        for (const problem of problems) expect(problem).toMatch(/\S/);
        if (problems.length > 0) return;
        const reason = await refusalOf(anySchema, anyParams);
        expect(reason === null || reason.length > 0).toBe(true);
      }),
      { numRuns: 800 },
    );
  });

  test('any params lead to a decision', async () => {
    const real = contractOf(
      capability({ properties: { a: { type: 'string' }, b: { items: { $ref: '#' } } }, required: ['a'] }),
    );
    await fc.assert(
      fc.asyncProperty(params, async (anyParams) => {
        expect(['PASSED', 'DENIED']).toContain(
          (await enforcement.decide('request', facts({ contract: real, params: anyParams }))).outcome,
        );
      }),
      { numRuns: 300 },
    );
  });
});

test('two JSON values have the same canonical text exactly when they are equal', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, shuffled(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(canonicalJson(shuffled(one))).toBe(canonicalJson(one));
      expect(canonicalJson(one) === canonicalJson(other)).toBe(
        JSON.stringify(JSON.parse(canonicalJson(one))) === JSON.stringify(JSON.parse(canonicalJson(other))),
      );
    }),
  );
});

test.each([
  [19.99, 0.01, true],
  [0.3, 0.1, true],
  [4.35, 0.05, true],
  [1e300, 1e-5, true],
  [1e21, 7, false],
  [1e-7, 0.01, false],
  [3.0000001, 1, false],
  [0, 0.1, true],
  [-0.2, 0.1, true],
  [9, 3, true],
  [10, 3, false],
])('whether %f is a multiple of %f: %s', (value, divisor, isMultiple) => {
  expect(isMultipleOf(value, divisor)).toBe(isMultiple);
});
