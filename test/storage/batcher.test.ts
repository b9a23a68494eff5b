import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/domain/errors.ts';
import { createBatcher } from '../../src/storage/batcher.ts';
import { times } from './fixtures.ts';

/** Runs batches when told to. */
const held = () => {
  const batches: { readonly inputs: readonly number[]; finish(): void }[] = [];
  const run = (inputs: readonly number[]) =>
    new Promise<readonly number[]>((resolve) => {
      batches.push({ inputs, finish: () => resolve(inputs.map((input) => input * 2)) });
    });
  return { batches, run };
};

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', () => {
  it('makes one batch of one tick, and answers each input', async () => {
    const sizes: number[] = [];
    const double = createBatcher<number, number>({
      run: async (inputs) => {
        sizes.push(inputs.length);
        return inputs.map((input) => input * 2);
      },
    });
    expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6]);
    expect(sizes).toEqual([3]);
  });

  it('lets the next batch grow while one is under way, and starts another when it is full', async () => {
    const { batches, run } = held();
    const double = createBatcher({ run, batchMax: 4, inFlightMax: 2 });
    const answers = [double(0)];
    await tick();
    answers.push(double(1), double(2), double(3));
    await tick();
    expect(batches.map(({ inputs }) => inputs)).toEqual([[0]]);
    answers.push(double(4), double(5));
    await tick();
    expect(batches.map(({ inputs }) => inputs)).toEqual([[0], [1, 2, 3, 4]]);
    answers.push(...[6, 7, 8, 9].map(double));
    await tick();
    expect(batches).toHaveLength(2);
    batches[0]?.finish();
    await tick();
    await tick();
    expect(batches[2]?.inputs).toEqual([5, 6, 7, 8]);
    batches[1]?.finish();
    batches[2]?.finish();
    await tick();
    await tick();
    batches[3]?.finish();
    expect(await Promise.all(answers)).toEqual(times(10, (index) => index * 2));
  });

  it('refuses what has waited for too long, whose turn may never come, and nothing else', async () => {
    const { batches, run } = held();
    const double = createBatcher({ run, queueMaxMs: 50, keyOf: () => 'key' });
    const stuck = double(1);
    await tick();
    const failures = await Promise.allSettled([double(2), double(3)]);
    expect(failures).toMatchObject([2, 3].map(() => ({ reason: expect.any(UnavailableError) })));
    const next = double(4);
    batches[0]?.finish();
    expect(await stuck).toBe(2);
    await tick();
    await tick();
    expect(batches.map(({ inputs }) => inputs)).toEqual([[1], [4]]);
    batches[1]?.finish();
    expect(await next).toBe(8);
  });

  it('lets an input that fails fail alone', async () => {
    const double = createBatcher<number, number>({
      run: async (inputs) => {
        if (inputs.includes(13)) throw new Error('unlucky');
        return inputs.map((input) => input * 2);
      },
    });
    const answers = await Promise.allSettled([double(1), double(13), double(3)]);
    expect(answers).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: new Error('unlucky') },
      { status: 'fulfilled', value: 6 },
    ]);
  });

  it('fails all at once when the database is away, and refuses more than it can hold', async () => {
    let runs = 0;
    const double = createBatcher<number, number>({
      run: async () => {
        runs += 1;
        throw new UnavailableError('away', 1);
      },
      queueMax: 2,
    });
    const answers = await Promise.allSettled([double(1), double(2), double(3)]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: expect.any(UnavailableError) });
    expect(runs).toBe(1);
  });
});

describe('a batcher of what weighs', () => {
  it('carries no more weight in one batch than it may, but for a single input', async () => {
    const { batches, run } = held();
    const double = createBatcher({ run, weigh: (input) => input, batchWeightMax: 10, inFlightMax: 1 });
    const answers = [4, 4, 4, 30, 1].map((input) => double(input));
    for (let at = 0; at < 4; at += 1) {
      await tick();
      await tick();
      batches[at]?.finish();
    }
    expect(await Promise.all(answers)).toEqual([8, 8, 8, 60, 2]);
    expect(batches.map(({ inputs }) => inputs)).toEqual([[4, 4], [4], [30], [1]]);
  });

  it('refuses more than may wait, and takes a single one however heavy', async () => {
    const { batches, run } = held();
    const double = createBatcher({
      run,
      weigh: (input) => input,
      batchWeightMax: 10,
      queueWeightMax: 20,
      inFlightMax: 1,
    });
    const answers = [double(50)];
    await tick();
    answers.push(double(40));
    await expect(double(1)).rejects.toThrow(UnavailableError);
    for (const at of [0, 1]) {
      batches[at]?.finish();
      await tick();
      await tick();
    }
    expect(await Promise.all(answers)).toEqual([100, 80]);
  });
});

describe('a batcher of inputs with keys', () => {
  it('runs those of one key in their order, one at a time, unless they go together', async () => {
    const { batches, run } = held();
    const double = createBatcher({
      run,
      batchMax: 4,
      keyOf: (input) => String(input % 10),
      goTogether: (first, second) => first < 10 && second >= 10,
    });
    // 31 may not go with 21, nor overtake it; 2 is of another key.
    const answers = [1, 11, 21, 31, 2].map((input) => double(input));
    await tick();
    answers.push(...[3, 4, 5, 6].map((input) => double(input)));
    await tick();
    // A full batch beside the first one, without what waits for that one.
    expect(batches.map(({ inputs }) => inputs)).toEqual([
      [1, 11, 2],
      [3, 4, 5, 6],
    ]);
    for (let at = 0; at < 4; at += 1) {
      batches[at]?.finish();
      await tick();
      await tick();
    }
    expect(batches.slice(2).map(({ inputs }) => inputs)).toEqual([[21], [31]]);
    expect(await Promise.all(answers)).toEqual([2, 22, 42, 62, 4, 6, 8, 10, 12]);
  });

  it('refuses more of one key than may wait, and takes those of others', async () => {
    const { batches, run } = held();
    const double = createBatcher({ run, keyQueueMax: 2, keyOf: (input) => String(input % 10) });
    const first = double(1);
    await tick();
    const [second, third] = [double(11), double(21)];
    await expect(double(31)).rejects.toBeInstanceOf(UnavailableError);
    const other = double(2);
    batches[0]?.finish();
    await tick();
    await tick();
    // One of the two that waited has left.
    const fourth = double(41);
    for (let at = 1; at < 4; at += 1) {
      batches[at]?.finish();
      await tick();
      await tick();
    }
    expect(await Promise.all([first, second, third, other, fourth])).toEqual([2, 22, 42, 4, 82]);
  });
});
