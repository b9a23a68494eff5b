import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import type { ResultRule } from '../../src/domain/verdict.ts';
import { CompiledDocuments } from '../../src/enforcement/compiled-documents.ts';
import { createSchemaChecks } from '../../src/enforcement/contract/schema-checks.ts';
import { type Isolate, IsolateFailure, type IsolateFailureKind } from '../../src/enforcement/isolate.ts';
import { createResultContract } from '../../src/enforcement/stages/result-contract.ts';
import { inlineIsolate } from './fixtures/facts.ts';

const PRICE = { type: 'object', required: ['price'], properties: { price: { type: 'number', minimum: 0 } } };
/** Its cost grows with the value, so that it is evaluated in the isolate. */
const COSTLY = { $defs: { node: { properties: { next: { $ref: '#/$defs/node' } } } }, $ref: '#/$defs/node' };
const TEXT = { type: 'text', text: 'Booked.' };

const ruleOf = (resultFormat: ResultRule['resultFormat'], resultSchema: JsonObject | null): ResultRule => ({
  contractId: 'contract',
  agentId: 'agent',
  action: 'shop.price',
  resultFormat,
  resultSchema,
});

const stageOn = (isolate: Isolate) => createResultContract(createSchemaChecks(isolate, new CompiledDocuments()));

const verdictOn = (rule: ResultRule | null, result: JsonValue, isolate: Isolate = inlineIsolate()) =>
  stageOn(isolate).evaluate({ result, rule }, new AbortController().signal);

const pathsOf = async (rule: ResultRule, result: JsonValue) => {
  const verdict = await verdictOn(rule, result);
  if (verdict.decision !== 'DENY') return null;
  expect(verdict).toMatchObject({
    kind: 'INVALID_RESULT',
    reason: 'The result does not match the contract of the agent',
  });
  for (const { path, message } of verdict.issues ?? []) expect(verdict.detail).toContain(`${path} ${message}`);
  return verdict.issues?.map(({ path }) => path);
};

describe('a result', () => {
  test('of which nothing is said passes at once, and nothing is evaluated', () => {
    const isolate = inlineIsolate();
    expect(verdictOn(null, { any: 'thing' }, isolate)).toEqual({ decision: 'PASS' });
    expect(isolate.jobs).toEqual([]);
  });

  test.each<[JsonObject, JsonValue, readonly string[] | null]>([
    [PRICE, { price: 5 }, null],
    [PRICE, { price: -5 }, ['result.price']],
    [PRICE, {}, ['result.price']],
    [PRICE, [1, 2], ['result']],
    [PRICE, null, ['result']],
    [{ type: 'null' }, null, null],
    [{ items: { type: 'integer' } }, [1, 'a', 3, 'b'], ['result.1', 'result.3']],
    [{}, 'anything', null],
  ])('is held to the schema %j: %j', async (schema, result, paths) => {
    expect(await pathsOf(ruleOf('JSON', schema), result)).toEqual(paths);
  });

  test.each<[string, JsonObject | null, JsonValue, readonly string[] | null]>([
    ['blocks', null, { content: [TEXT] }, null],
    ['no blocks', null, { content: [] }, null],
    ['a value', null, 'Booked.', ['result']],
    ['an unknown block', null, { content: [TEXT, { type: 'video' }] }, ['result.content.1.type']],
    ['any structured value where no schema is', null, { content: [TEXT], structured: [1] }, null],
    ['a structured value that fits', PRICE, { content: [TEXT], structured: { price: 5 } }, null],
    ['one that does not', PRICE, { content: [], structured: { price: 'x' } }, ['result.structured.price']],
    ['none where a schema is', PRICE, { content: [TEXT] }, ['result.structured']],
  ])('of blocks is held to their form: %s', async (_what, schema, result, paths) => {
    expect(await pathsOf(ruleOf('CONTENT', schema), result)).toEqual(paths);
  });

  test('is told the first 20 things that are wrong with it, and that there are more', async () => {
    const verdict = await verdictOn(ruleOf('JSON', { items: { type: 'integer' } }), Array(50).fill('x'));
    expect(verdict).toMatchObject({ issues: { length: 20 }, detail: expect.stringMatching(/; and more$/) });
  });

  test('that is large is checked in the isolate', async () => {
    const isolate = inlineIsolate();
    const rule = ruleOf('JSON', { items: { type: 'integer' } });
    expect(await verdictOn(rule, Array(200_000).fill(1), isolate)).toEqual({ decision: 'PASS' });
    expect(isolate.jobs).toEqual(['validate']);
  });
});

describe('a result that cannot be checked', () => {
  const failing = (kind: IsolateFailureKind): Isolate => ({
    run: () => Promise.reject(new IsolateFailure(kind)),
    close: async () => {},
  });

  test.each<[IsolateFailureKind, string]>([
    ['budget', 'takes too long to check'],
    ['memory', 'takes too much memory to check'],
  ])('because of what it is (%s) does not match', async (kind, message) => {
    expect(await verdictOn(ruleOf('JSON', COSTLY), { next: {} }, failing(kind))).toMatchObject({
      kind: 'INVALID_RESULT',
      issues: [{ path: 'result', message: expect.stringContaining(message) }],
    });
  });

  test('because of a stored schema that cannot be used does not match', async () => {
    expect(await verdictOn(ruleOf('JSON', { $ref: '#' }), {})).toMatchObject({ kind: 'INVALID_RESULT' });
  });

  test.each<IsolateFailureKind>(['busy', 'late', 'crashed', 'closed', 'aborted'])(
    'because of what it is not to blame for (%s) has no verdict',
    async (kind) => {
      await expect(verdictOn(ruleOf('JSON', COSTLY), {}, failing(kind))).rejects.toThrow(IsolateFailure);
    },
  );
});
