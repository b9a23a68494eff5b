import { describe, expect, test } from 'vitest';
import { JobQueue, type QueuedJob } from '../../src/isolate/job-queue.ts';

type Named = QueuedJob & { readonly name: string };

/** A queue on a clock of its own, in which what is taken is charged as it is expected to cost. */
function queueOf(max = 99) {
  let time = 0;
  const used = new Map<string, number>();
  const queue = new JobQueue<Named>({ max, usedBy: (account) => used.get(account) ?? 0, now: () => time });
  return {
    queue,
    used,
    pass: (ms: number) => (time += ms),
    add: (name: string, more: Partial<QueuedJob> = {}) =>
      queue.add({ name, owner: name.charAt(0), payer: null, expectedMs: 1, isLast: false, ...more })?.name ?? null,
    /** Everything that waits, in the order in which it is served. */
    served(mayBegin?: (job: Named) => boolean): string[] {
      const names: string[] = [];
      for (let job = queue.take(mayBegin); job !== undefined; job = queue.take(mayBegin)) {
        names.push(job.name);
        used.set(job.owner, (used.get(job.owner) ?? 0) + job.expectedMs);
        if (job.payer !== null) used.set(job.payer, (used.get(job.payer) ?? 0) + job.expectedMs);
      }
      return names;
    },
  };
}

describe('what waits for a thread', () => {
  test('is served by what it is expected to cost', () => {
    const { add, served } = queueOf();
    for (const [name, expectedMs] of [
      ['dear', 250],
      ['cheap', 1],
      ['middling', 30],
    ] as const)
      add(name, { expectedMs });
    expect(served()).toEqual(['cheap', 'middling', 'dear']);
  });

  test('serves owners whose jobs cost the same in turn, each in its order', () => {
    const { add, served } = queueOf();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) add(name);
    expect(served()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('serves whoever has cost much after whoever has not, as an owner and as whoever asks', () => {
    const { add, served, used } = queueOf();
    used.set('busy', 500);
    add('a1', { payer: 'busy' });
    add('b1', { owner: 'busy' });
    add('c1', { payer: 'quiet' });
    expect(served()).toEqual(['c1', 'a1', 'b1']);
  });

  test('comes before what is cheaper once it has waited for long', () => {
    const { add, pass, served } = queueOf();
    add('dear', { expectedMs: 250 });
    pass(2_600);
    add('cheap');
    expect(served()).toEqual(['dear', 'cheap']);
  });

  test('comes after all others where somebody has used up what they may', () => {
    const { add, pass, served } = queueOf();
    add('last', { isLast: true });
    pass(60_000);
    add('first', { expectedMs: 250 });
    expect(served()).toEqual(['first', 'last']);
  });

  test('is taken only as far as it may begin', () => {
    const { add, served, queue } = queueOf();
    add('dear', { expectedMs: 250 });
    add('cheap');
    expect(served(({ expectedMs }) => expectedMs < 10)).toEqual(['cheap']);
    expect(queue.size).toBe(1);
  });
});

describe('a queue', () => {
  test('that is full lets the dearest give way, which may be what comes', () => {
    const { add, queue, served } = queueOf(3);
    add('a1', { expectedMs: 5 });
    add('b1', { expectedMs: 250 });
    add('c1', { expectedMs: 5 });
    expect(add('d1', { expectedMs: 5 })).toBe('b1');
    expect(add('e1', { expectedMs: 30 })).toBe('e1');
    expect(queue.size).toBe(3);
    expect(served()).toEqual(['a1', 'c1', 'd1']);
  });

  test('takes no more than half of one owner, and a quarter of whoever asks', () => {
    const { add } = queueOf(8);
    expect(['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => add(name))).toEqual([null, null, null, null, 'a5']);
    expect(['b1', 'c1', 'd1'].map((name) => add(name, { payer: 'x' }))).toEqual([null, null, 'd1']);
  });

  test('takes what comes after all others only while it is short', () => {
    const { add } = queueOf(16);
    expect([add('a1', { isLast: true }), add('b1'), add('c1', { isLast: true })]).toEqual([null, null, 'c1']);
  });

  test('says what would be computed before a job', () => {
    const { add, queue } = queueOf();
    add('a1', { expectedMs: 30 });
    add('b1', { expectedMs: 250 });
    const job = { name: 'c1', owner: 'c', payer: null, isLast: false };
    expect(queue.aheadOf({ ...job, expectedMs: 1 })).toBe(0);
    expect(queue.aheadOf({ ...job, expectedMs: 40 })).toBe(30);
    expect(queue.aheadOf({ ...job, expectedMs: 250 })).toBe(280);
  });

  test('lets go of what is taken out', () => {
    const { queue } = queueOf(3);
    const [a, b] = ['a', 'b'].map((owner) => ({ name: owner, owner, payer: null, expectedMs: 1, isLast: false }));
    if (!a || !b) throw new Error('there are two');
    for (const job of [a, b]) queue.add(job);
    queue.remove(a);
    queue.remove(a);
    expect(queue.size).toBe(1);
    expect(queue.clear()).toEqual([b]);
    expect(queue.take()).toBeUndefined();
  });
});
