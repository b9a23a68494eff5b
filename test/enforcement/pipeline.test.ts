import { describe, expect, test, vi } from 'vitest';
import { InvalidInputError, OverloadedError, UnavailableError } from '../../src/domain/errors.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { IsolateFailure, type IsolateFailureKind } from '../../src/enforcement/isolate.ts';
import { InvalidVerdictError, runPipeline, type Stage, StageTimeoutError } from '../../src/enforcement/pipeline.ts';
import { facts } from './fixtures/facts.ts';

const PASS: Verdict = { decision: 'PASS' };
const stage = (name: string, evaluate: Stage['evaluate']): Stage => ({ name, evaluate });
const saying = (name: string, verdict: unknown) => stage(name, () => verdict as Verdict);

function run(stages: readonly [Stage, ...Stage[]], stageTimeoutMs = 1_000) {
  let time = 0;
  const failures: [string, unknown, boolean][] = [];
  const decision = runPipeline('request', stages, facts(), {
    stageTimeoutMs,
    now: () => (time += 2),
    onFailure: (name, cause, isOverload) => failures.push([name, cause, isOverload]),
  });
  return { decision, failures };
}

describe('the order of stages', () => {
  test('all that pass is passed, with a line for each', async () => {
    const { decision } = run([saying('one', PASS), stage('two', async () => PASS)]);
    expect(await decision).toEqual({
      outcome: 'PASSED',
      log: [
        { stage: 'one', passed: true, reason: null, durationMs: 2 },
        { stage: 'two', passed: true, reason: null, durationMs: 2 },
      ],
    });
  });

  test('the first denial ends it', async () => {
    const later = vi.fn(() => PASS);
    const { decision } = run([saying('one', { decision: 'DENY', kind: 'POLICY', reason: 'no' }), stage('two', later)]);
    expect(await decision).toMatchObject({
      outcome: 'DENIED',
      stage: 'one',
      kind: 'POLICY',
      reason: 'no',
      log: [{ passed: false, kind: 'POLICY' }],
    });
    expect(later).not.toHaveBeenCalled();
  });

  test('what is held has passed everything after it, too', async () => {
    const { decision } = run([saying('one', { decision: 'HOLD', reason: 'ask' }), saying('two', PASS)]);
    expect(await decision).toMatchObject({
      outcome: 'HELD',
      reason: 'ask',
      log: [
        { stage: 'one', passed: true, reason: 'ask' },
        { stage: 'two', passed: true },
      ],
    });
  });

  test('a denial after a hold denies', async () => {
    const hold = saying('one', { decision: 'HOLD', reason: 'ask' });
    const { decision } = run([hold, saying('two', { decision: 'DENY', kind: 'POLICY', reason: 'no' })]);
    expect(await decision).toMatchObject({ outcome: 'DENIED', stage: 'two' });
  });

  test('the first of several holds gives the reason', async () => {
    const hold = (reason: string) => saying(reason, { decision: 'HOLD', reason });
    expect(await run([hold('first'), hold('second')]).decision).toMatchObject({
      outcome: 'HELD',
      reason: 'first',
      holds: [
        { stage: 'first', rule: null, reason: 'first' },
        { stage: 'second', rule: null, reason: 'second' },
      ],
    });
  });
});

describe('a stage that fails decides nothing', () => {
  const undecided = (
    reason = 'The odd stage failed, so nothing was decided, and nothing was kept. Try again in a moment.',
  ) => expect.toSatisfy((error) => error instanceof UnavailableError && error.message === reason);

  test.each<[string, Stage['evaluate']]>([
    [
      'throws',
      () => {
        throw new Error('secret detail');
      },
    ],
    [
      'throws something that is no error',
      () => {
        throw null;
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('secret detail');
      },
    ],
  ])('because it %s; the cause goes to the log only', async (_name, evaluate) => {
    const { decision, failures } = run([stage('odd', evaluate), saying('later', PASS)]);
    await expect(decision).rejects.toEqual(undecided());
    expect(failures).toEqual([['odd', expect.toSatisfy(() => true), false]]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['text', 'PASS'],
    ['a number', 1],
    ['an empty object', {}],
    ['an unknown decision', { decision: 'ALLOW' }],
    ['a decision in lower case', { decision: 'pass' }],
    ['a hold without a reason', { decision: 'HOLD' }],
    ['a hold by no rule', { decision: 'HOLD', reason: 'ask', rules: [] }],
    ['a hold by what is no rule', { decision: 'HOLD', reason: 'ask', rules: [{ rule: '1', reason: 'ask' }] }],
    ['a denial with an empty reason', { decision: 'DENY', kind: 'POLICY', reason: '' }],
    ['a denial whose reason is no text', { decision: 'DENY', kind: 'POLICY', reason: 5 }],
    ['a denial without a kind', { decision: 'DENY', reason: 'no' }],
    ['a denial of a kind that there is not', { decision: 'DENY', kind: 'MOOD', reason: 'no' }],
    ['a function', () => PASS],
  ])('because it returns %s', async (_name, garbage) => {
    const direct = run([saying('odd', garbage)]);
    await expect(direct.decision).rejects.toEqual(undecided());
    expect(direct.failures[0]?.[1]).toBeInstanceOf(InvalidVerdictError);
    await expect(run([stage('odd', async () => garbage as Verdict)]).decision).rejects.toEqual(undecided());
  });

  test('because the kind of its denial is one of the other direction', async () => {
    const options = { stageTimeoutMs: 1_000, now: () => 0 };
    const denial = (kind: string) => ({ decision: 'DENY', kind, reason: 'no' });
    const ofRequests = saying('odd', denial('RESULT_TOO_LARGE'));
    await expect(runPipeline('request', [ofRequests], facts(), options)).rejects.toEqual(undecided());
    const ofResults: Stage<'result'> = { name: 'odd', evaluate: () => denial('POLICY') as Verdict<'result'> };
    await expect(runPipeline('result', [ofResults], { result: null, rule: null }, options)).rejects.toEqual(
      undecided('The odd stage failed, so the result was not recorded. Send it again in a moment.'),
    );
  });

  test('because reading its verdict throws', async () => {
    const trap = {
      get decision(): string {
        throw new Error('trap');
      },
    };
    await expect(run([saying('odd', trap)]).decision).rejects.toEqual(undecided());
  });

  test('even when the listener for failures throws', async () => {
    const decision = runPipeline('request', [saying('odd', null)], facts(), {
      stageTimeoutMs: 1_000,
      now: () => 0,
      onFailure: () => {
        throw new Error('listener');
      },
    });
    await expect(decision).rejects.toEqual(undecided());
  });

  test('but with an error for outsiders, which they are told', async () => {
    const error = new InvalidInputError([{ path: 'input', message: 'is odd' }]);
    const { decision, failures } = run([stage('odd', () => Promise.reject(error))]);
    await expect(decision).rejects.toBe(error);
    expect(failures).toEqual([]);
  });
});

test.each<IsolateFailureKind>(['busy', 'late', 'closed', 'aborted', 'crashed'])(
  'a stage whose job in the isolate has no answer (%s) decides nothing either, for too much to do',
  async (kind) => {
    const { decision, failures } = run([stage('odd', () => Promise.reject(new IsolateFailure(kind)))]);
    await expect(decision).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
    expect(failures).toEqual([['odd', expect.any(IsolateFailure), true]]);
  },
);

describe('a stage that takes too long', () => {
  const tooLong = expect.any(OverloadedError);

  test('decides nothing, and hears that nobody waits any more', async () => {
    let signal: AbortSignal | undefined;
    const slow = stage('slow', (_facts, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const { decision, failures } = run([slow], 5);
    await expect(decision).rejects.toEqual(tooLong);
    expect(signal?.aborted).toBe(true);
    expect(failures[0]?.[1]).toBeInstanceOf(StageTimeoutError);
  });

  test.each(['resolves', 'rejects'])('a result that %s late changes nothing', async (how) => {
    const late = Promise.withResolvers<Verdict>();
    const { decision, failures } = run([stage('slow', () => late.promise)], 5);
    await expect(decision).rejects.toEqual(tooLong);
    if (how === 'resolves') late.resolve(PASS);
    else late.reject(new Error('late'));
    await new Promise(setImmediate);
    await expect(decision).rejects.toEqual(tooLong);
    expect(failures).toHaveLength(1);
  });

  test('a stage in time leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      await run([stage('quick', async () => PASS)]).decision;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
