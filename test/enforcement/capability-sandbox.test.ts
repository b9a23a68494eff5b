import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { OverloadedError } from '../../src/domain/errors.ts';
import type { DenialKind } from '../../src/domain/verdict.ts';
import { type Isolate, IsolateFailure, type IsolateFailureKind } from '../../src/enforcement/isolate.ts';
import { runPipeline } from '../../src/enforcement/pipeline.ts';
import { createCapabilitySandbox } from '../../src/enforcement/stages/capability-sandbox.ts';
import { createWorkerIsolate } from '../../src/isolate/worker-isolate.ts';
import { capability, contractOf, facts, inlineIsolate } from './fixtures/facts.ts';

const CHEAP = { type: 'object', properties: { n: { type: 'integer' } } };
/** Recursive, and so always evaluated in the isolate. */
const COSTLY = { properties: { next: { $ref: '#' } }, additionalProperties: true };

function decide(schema: JsonObject, params: JsonObject, isolate: Isolate, stageTimeoutMs = 10_000) {
  const contract = contractOf(capability(schema));
  return runPipeline('request', [createCapabilitySandbox(isolate)], facts({ params, contract }), {
    stageTimeoutMs,
    now: () => 0,
  });
}

describe('actions', () => {
  const action = (name: string, contract = contractOf(capability({}))) =>
    createCapabilitySandbox(inlineIsolate()).evaluate(facts({ action: name, contract }), new AbortController().signal);

  test('without a contract nothing passes', async () => {
    const verdict = await createCapabilitySandbox(inlineIsolate()).evaluate(facts(), new AbortController().signal);
    expect(verdict).toEqual({
      decision: 'DENY',
      kind: 'NO_CONTRACT',
      reason: 'The agent has not published any capabilities',
    });
  });

  test('only what the contract has passes', async () => {
    expect(await action('calendar.schedule')).toEqual({ decision: 'PASS' });
    for (const name of ['email.send', '', 'toString', 'constructor', '__proto__', 'calendar.schedule ']) {
      expect(await action(name)).toMatchObject({ decision: 'DENY', reason: expect.stringContaining('is not one of') });
    }
  });

  test('a sender who misspelt an action is told which one was meant', async () => {
    expect(await action('calender.schedule')).toMatchObject({
      kind: 'UNKNOWN_ACTION',
      reason:
        'The action "calender.schedule" is not one of the agent\'s capabilities; did you mean "calendar.schedule"?',
    });
  });

  test('an action called like an inherited name has its own schema', async () => {
    const contract = contractOf({ ...capability({ required: ['a'] }), action: 'constructor' });
    expect(await action('constructor', contract)).toMatchObject({
      decision: 'DENY',
      reason: 'params.a is required',
    });
  });
});

describe('where params are checked', () => {
  test('what is cheap is checked here, what is costly in the isolate', async () => {
    const isolate = inlineIsolate();
    expect(await decide(CHEAP, { n: 1 }, isolate)).toMatchObject({ outcome: 'PASSED' });
    expect(isolate.jobs.splice(0)).toEqual(['generateValidator']);
    expect(await decide(COSTLY, { next: {} }, isolate)).toMatchObject({ outcome: 'PASSED' });
    expect(await decide({ properties: { a: { format: 'email' } } }, { a: 'x'.repeat(5_000) }, isolate)).toMatchObject({
      outcome: 'DENIED',
    });
    expect(isolate.jobs).toEqual(['validate', 'validate']);
  });

  test.each(['~', '"', '\u20ac'])(
    'what is little text but much code, with the name %j on each path, is never here',
    async (name) => {
      const leaf = { type: ['string', 'number'], minLength: 1, maxLength: 9, minimum: 1, maximum: 2, format: 'date' };
      const leaves = Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`p${index}`, leaf]));
      const isolate = inlineIsolate();
      const schema = { properties: { [name.repeat(3_500)]: { properties: leaves } } };
      expect(await decide(schema, {}, isolate)).toMatchObject({ outcome: 'PASSED' });
      expect(isolate.jobs).toEqual(['validate']);
    },
  );

  test('what is cheap is compiled in the isolate, once for all who wait for it, and then checked here', async () => {
    const isolate = inlineIsolate();
    const sandbox = createCapabilitySandbox(isolate);
    const contract = contractOf(capability(CHEAP));
    const evaluate = (params: JsonObject) =>
      sandbox.evaluate(facts({ contract, params }), new AbortController().signal);
    const first = await Promise.all([evaluate({ n: 1 }), evaluate({ n: 'x' }), evaluate({})]);
    expect(first).toMatchObject([{ decision: 'PASS' }, { kind: 'INVALID_PARAMS' }, { decision: 'PASS' }]);
    expect(await evaluate({ n: 'x' })).toEqual(first[1]);
    expect(isolate.jobs).toEqual(['generateValidator']);
  });

  test.each<[string, Isolate['run']]>([
    ['has no room', () => Promise.reject(new IsolateFailure('busy'))],
    ['is closed', () => Promise.reject(new IsolateFailure('closed'))],
    ['has no answer in time', () => new Promise(() => {})],
    ['answers nothing', async () => undefined],
    ['answers what is no code', async () => ({ code: 'return(' })],
    ['answers code of something else', async () => ({ code: 'module.exports = true' })],
  ])('what is cheap is compiled here where the isolate %s', async (_, run) => {
    const isolate: Isolate = { run, close: async () => {} };
    expect(await decide(CHEAP, { n: 1 }, isolate)).toMatchObject({ outcome: 'PASSED' });
    expect(await decide(CHEAP, { n: 'x' }, isolate)).toMatchObject({ kind: 'INVALID_PARAMS' });
  });

  test('params over the bounds are not checked further', async () => {
    const isolate = inlineIsolate();
    expect(await decide(COSTLY, { a: Array.from({ length: 5_000 }, () => 1) }, isolate)).toMatchObject({
      outcome: 'DENIED',
      reason: 'params has too many values: at most 4,096 are allowed',
    });
    expect(isolate.jobs).toEqual([]);
  });

  test('a stored schema that is not fit to be used denies', async () => {
    expect(await decide({ $ref: '#' }, {}, inlineIsolate())).toMatchObject({
      outcome: 'DENIED',
      reason: "The agent's contract for this action cannot be used",
    });
  });

  test('what is kept compiled is never used for another schema with the same id', async () => {
    const sandbox = createCapabilitySandbox(inlineIsolate());
    const first = contractOf(capability({ required: ['a'] }));
    const second = { ...first, capabilities: [capability({ required: ['b'] })] };
    const evaluate = (contract: typeof first, params: JsonObject) =>
      sandbox.evaluate(facts({ contract, params }), new AbortController().signal);
    expect(await evaluate(first, { a: 1 })).toEqual({ decision: 'PASS' });
    expect(await evaluate(second, { a: 1 })).toMatchObject({ decision: 'DENY' });
    expect(await evaluate(second, { b: 1 })).toEqual({ decision: 'PASS' });
    expect(await evaluate(first, { a: 1 })).toEqual({ decision: 'PASS' });
  });
});

describe('whatever happens in the isolate, a request passes only by a clear answer', () => {
  const entry = new URL('./fixtures/misbehaving-worker.ts', import.meta.url);
  let isolate: Isolate;
  beforeAll(() => {
    isolate = createWorkerIsolate({ cpuBudgetMs: 50, size: 1, entry });
  });
  afterAll(() => isolate.close());

  test.each([
    ['hang', { outcome: 'DENIED', reason: 'params take too long to check against the schema of the action' }],
    ['never', { code: 'overloaded' }],
    ['throw', { code: 'overloaded' }],
    ['reject', { code: 'overloaded' }],
    ['exit', { code: 'overloaded' }],
    ['unclonable', { code: 'overloaded' }],
  ])('%s', async (behave, expected) => {
    expect(await decide(COSTLY, { behave }, isolate).catch((error: unknown) => error)).toMatchObject(expected);
  });

  test.each([
    undefined,
    null,
    true,
    'ok',
    0,
    {},
    { invalid: undefined },
    { invalid: false },
    { invalid: '' },
    { invalid: {} },
    { invalid: { issues: [], hasMore: false } },
    { invalid: { issues: [{}], hasMore: false } },
    { invalid: { issues: 'none', hasMore: false } },
    { valid: true },
    [],
  ])('an answer of %j', async (answer) => {
    const params = { behave: 'answer', answer: answer as never };
    const said = await decide(COSTLY, params, isolate).then(
      ({ outcome }) => outcome,
      ({ code }) => code,
    );
    expect(['DENIED', 'overloaded']).toContain(said);
  });

  test('a problem', async () => {
    const params = {
      behave: 'answer',
      answer: { invalid: { issues: [{ path: 'params', message: 'are odd' }], hasMore: false } },
    };
    expect(await decide(COSTLY, params, isolate)).toMatchObject({ outcome: 'DENIED', reason: 'params are odd' });
  });

  test('no problem', async () => {
    expect(await decide(COSTLY, { behave: 'answer', answer: { invalid: null } }, isolate)).toMatchObject({
      outcome: 'PASSED',
    });
  });

  test('the time-out of the stage, after which the thread is free again', async () => {
    const patient = createWorkerIsolate({ cpuBudgetMs: 60_000, size: 1, entry });
    try {
      await expect(decide(COSTLY, { behave: 'hang' }, patient, 20)).rejects.toThrow(OverloadedError);
      const params = { behave: 'answer', answer: { invalid: null } };
      expect(await decide(COSTLY, params, patient)).toMatchObject({ outcome: 'PASSED' });
    } finally {
      await patient.close();
    }
  });

  test.each<[IsolateFailureKind, string, DenialKind]>([
    ['budget', 'params take too long', 'INVALID_PARAMS'],
    ['memory', 'params take too much memory', 'INVALID_PARAMS'],
  ])('a failure of kind %s, which params and contract are to blame for', async (kind, reason, denied) => {
    const failing: Isolate = { run: () => Promise.reject(new IsolateFailure(kind)), close: async () => {} };
    expect(await decide(COSTLY, {}, failing)).toMatchObject({
      outcome: 'DENIED',
      kind: denied,
      reason: expect.stringContaining(reason),
    });
  });

  test.each<IsolateFailureKind>(['busy', 'late', 'closed', 'crashed'])(
    'a failure of kind %s decides nothing, since they are not',
    async (kind) => {
      const failing: Isolate = { run: () => Promise.reject(new IsolateFailure(kind)), close: async () => {} };
      await expect(decide(COSTLY, {}, failing)).rejects.toThrow(OverloadedError);
    },
  );
});
