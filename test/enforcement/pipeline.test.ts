import { describe, expect, test, vi } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { InvalidVerdictError, runPipeline, type Stage, StageTimeoutError } from '../../src/enforcement/pipeline.ts';
import { facts } from './fixtures/facts.ts';

const PASS: Verdict = { decision: 'PASS' };
const stage = (name: string, evaluate: Stage['evaluate']): Stage => ({ name, evaluate });
const saying = (name: string, verdict: unknown) => stage(name, () => verdict as Verdict);

function run(stages: readonly [Stage, ...Stage[]], stageTimeoutMs = 1_000) {
  let time = 0;
  const failures: [string, unknown][] = [];
  const decision = runPipeline('request', stages, facts(), {
    stageTimeoutMs,
    now: () => (time += 2),
    onFailure: (name, cause) => failures.push([name, cause]),
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

describe('a stage that fails denies', () => {
  const refused = { outcome: 'DENIED', stage: 'odd', reason: 'The odd stage failed, so the request was refused' };

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
    expect(await decision).toMatchObject(refused);
    expect(JSON.stringify(await decision)).not.toContain('secret');
    expect(failures).toHaveLength(1);
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
    expect(await direct.decision).toMatchObject(refused);
    expect(direct.failures[0]?.[1]).toBeInstanceOf(InvalidVerdictError);
    expect(await run([stage('odd', async () => garbage as Verdict)]).decision).toMatchObject(refused);
  });

  test('because the kind of its denial is one of the other direction', async () => {
    const options = { stageTimeoutMs: 1_000, now: () => 0 };
    const denial = (kind: string) => ({ decision: 'DENY', kind, reason: 'no' });
    const ofRequests = saying('odd', denial('RESULT_TOO_LARGE'));
    expect(await runPipeline('request', [ofRequests], facts(), options)).toMatchObject(refused);
    const ofResults: Stage<'result'> = { name: 'odd', evaluate: () => denial('POLICY') as Verdict<'result'> };
    expect(await runPipeline('result', [ofResults], { result: null, rule: null }, options)).toMatchObject({
      outcome: 'DENIED',
      kind: 'STAGE_FAILED',
      reason: 'The odd stage failed, so the result was not recorded',
    });
  });

  test('because reading its verdict throws', async () => {
    const trap = {
      get decision(): string {
        throw new Error('trap');
      },
    };
    expect(await run([saying('odd', trap)]).decision).toMatchObject(refused);
  });

  test('even when the listener for failures throws', async () => {
    const decision = await runPipeline('request', [saying('odd', null)], facts(), {
      stageTimeoutMs: 1_000,
      now: () => 0,
      onFailure: () => {
        throw new Error('listener');
      },
    });
    expect(decision).toMatchObject(refused);
  });
});

describe('a stage that takes too long', () => {
  const tooLong = { outcome: 'DENIED', reason: 'The slow stage took too long, so the request was refused' };

  test('denies, and hears that nobody waits any more', async () => {
    let signal: AbortSignal | undefined;
    const slow = stage('slow', (_facts, given) => {
      signal = given;
      return new Promise(() => {});
    });
    const { decision, failures } = run([slow], 5);
    expect(await decision).toMatchObject(tooLong);
    expect(signal?.aborted).toBe(true);
    expect(failures[0]?.[1]).toBeInstanceOf(StageTimeoutError);
  });

  test.each(['resolves', 'rejects'])('a result that %s late changes nothing', async (how) => {
    const late = Promise.withResolvers<Verdict>();
    const { decision, failures } = run([stage('slow', () => late.promise)], 5);
    const first = await decision;
    if (how === 'resolves') late.resolve(PASS);
    else late.reject(new Error('late'));
    await new Promise(setImmediate);
    expect(await decision).toBe(first);
    expect(first).toMatchObject(tooLong);
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
