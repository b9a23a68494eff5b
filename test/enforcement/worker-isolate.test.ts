import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import type { Isolate, IsolateFailureKind, IsolateJob, JobFor } from '../../src/enforcement/isolate.ts';
import { createMeteredIsolate } from '../../src/isolate/metered-isolate.ts';
import {
  createWorkerIsolate,
  type WorkerIsolate,
  type WorkerIsolateOptions,
} from '../../src/isolate/worker-isolate.ts';

const misbehaving = new URL('./fixtures/misbehaving-worker.ts', import.meta.url);
const broken = new URL('./fixtures/broken-worker.ts', import.meta.url);

let isolate: Isolate;
afterEach(() => isolate.close());

/** An isolate of one thread, unless said otherwise, and what became of its threads. */
function start(options: Partial<WorkerIsolateOptions> = {}): readonly IsolateFailureKind[] {
  const lost: IsolateFailureKind[] = [];
  isolate = createWorkerIsolate({
    cpuBudgetMs: 50,
    size: 1,
    entry: misbehaving,
    onThreadLost: (kind) => lost.push(kind),
    ...options,
  });
  return lost;
}

const job = (value: JsonObject): IsolateJob => ({ kind: 'validate', schema: {}, value });
const behave = (how: string) => isolate.run(job({ behave: how }));
const answer = (value: string) => isolate.run(job({ behave: 'answer', answer: value }), undefined, { owner: value });
const failure = (kind: IsolateFailureKind) => expect.objectContaining({ kind });

test('answers come back to the call that they belong to, in order', async () => {
  start({ size: 2 });
  const asked = Array.from({ length: 50 }, (_, index) => `answer ${index}`);
  expect(await Promise.all(asked.map(answer))).toEqual(asked);
});

describe('a job that hangs', () => {
  test('synchronously is ended after the budget, and another thread takes over', async () => {
    const lost = start();
    await expect(behave('hang')).rejects.toEqual(failure('budget'));
    expect(await answer('next')).toBe('next');
    expect(lost).toEqual(['budget']);
  });

  test('keeps neither the event loop nor other jobs', async () => {
    start({ size: 2 });
    await answer('warm');
    const hanging = expect(behave('hang')).rejects.toEqual(failure('budget'));
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    expect(await answer('meanwhile')).toBe('meanwhile');
    await hanging;
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
  });

  test('without computing is ended, too', async () => {
    start();
    await expect(behave('never')).rejects.toEqual(failure('late'));
    expect(await answer('next')).toBe('next');
  });

  test('is not charged for the time its thread takes to start or it waits in the queue', async () => {
    start({ cpuBudgetMs: 20 });
    const waiting = Array.from({ length: 5 }, (_, index) =>
      index % 2 === 0 ? behave('hang').catch(() => 'ended') : answer('in time'),
    );
    expect(await Promise.all(waiting)).toEqual(['ended', 'in time', 'ended', 'in time', 'ended']);
  });
});

test('only what has computed for as long as it may counts against its document, however long a busy machine takes', async () => {
  start({ cpuBudgetMs: 20 });
  const counted: string[] = [];
  const metered = createMeteredIsolate(isolate as WorkerIsolate, {
    perMinute: { payerMs: 60_000, ownerMs: 60_000 },
    nodes: () => 1,
    now: () => performance.now(),
    payerHere: () => null,
    ownerOf: async () => null,
    onUsedUpBy: (agentId, version) => counted.push(`${agentId} ${version}`),
  });
  for (const [how, more] of [
    // As a thread that gets no processor: it is waited for, and computes nothing.
    ['never', {}],
    ['answer', {}],
    ['exit', {}],
    // What the agent itself asks for.
    ['hang', { version: undefined }],
    ['hang', {}],
  ] as const) {
    const jobFor = { owner: 'agent', version: how, ...more } as JobFor;
    await metered.run(job({ behave: how }), undefined, jobFor).catch(() => {});
  }
  expect(counted).toEqual(['agent hang']);
});

describe('a job that fails', () => {
  test.each(['throw', 'reject', 'unclonable'])('by %s leaves the thread alive', async (how) => {
    const lost = start();
    await expect(behave(how)).rejects.toEqual(failure('crashed'));
    expect(await answer('next')).toBe('next');
    expect(lost).toEqual([]);
  });

  test('by ending its thread is rejected, and another thread takes over', async () => {
    const lost = start();
    await expect(behave('exit')).rejects.toEqual(failure('crashed'));
    expect(await answer('next')).toBe('next');
    expect(lost).toEqual(['crashed']);
  });

  test('by taking all memory takes only its thread along', async () => {
    const lost = start({ cpuBudgetMs: 10_000, heapMb: 16 });
    await expect(behave('memory')).rejects.toEqual(failure('memory'));
    expect(await answer('next')).toBe('next');
    expect(lost).toEqual(['memory']);
  });

  test('because it cannot be sent is rejected', async () => {
    start();
    const unsendable = job({ behave: (() => {}) as unknown as string });
    await expect(isolate.run(unsendable)).rejects.toEqual(failure('crashed'));
    expect(await answer('next')).toBe('next');
  });
});

test('whatever a thread answers is handed on unread', async () => {
  start();
  for (const value of ['text', '']) expect(await answer(value)).toBe(value);
  expect(await isolate.run(job({ behave: 'answer' }))).toBeUndefined();
});

describe('the queue', () => {
  test('is bounded: one job more is rejected as busy, and none of the others is lost', async () => {
    start({ queueMax: 3 });
    const waiting = ['a', 'b', 'c'].map(answer);
    await expect(answer('d')).rejects.toEqual(failure('busy'));
    expect(await Promise.all(waiting)).toEqual(['a', 'b', 'c']);
  });

  test("does not let one owner's many costly jobs hold up another's", async () => {
    start({ queueMax: 20, cpuBudgetMs: 20, size: 1 });
    const order: string[] = [];
    const run = (owner: string, what: object) =>
      isolate.run(job(what as { behave: string }), undefined, { owner }).then(
        () => order.push(owner),
        ({ kind }) => order.push(`${owner} ${kind}`),
      );
    const flood = Array.from({ length: 25 }, () => run('costly', { behave: 'hang' }));
    const good = ['one', 'two'].map((owner) => run(owner, { behave: 'answer', answer: owner }));
    await Promise.all(good);
    await isolate.close();
    await Promise.all(flood);
    const before = order.slice(0, order.indexOf('two'));
    expect(before.filter((each) => each === 'costly budget').length).toBeLessThanOrEqual(2);
    // Half of what may wait may be one owner's.
    expect(order.filter((each) => each === 'costly busy')).toHaveLength(15);
  });

  test('keeps a thread for what is cheap, and tells what a job cost and how it ended', async () => {
    start({ size: 2, cpuBudgetMs: 300 });
    const spent: string[] = [];
    const paidFor = (document: string) => ({
      owner: document,
      document,
      onSpent: (ms: number, outcome: string) => spent.push(`${document} ${outcome} ${ms >= 300 ? 'dear' : 'cheap'}`),
    });
    const run = (document: string, behave: string) =>
      (isolate as WorkerIsolate).run(job({ behave, answer: document }), undefined, paidFor(document));
    // Both threads are up, and know what is cheap.
    await Promise.all([run('cheap', 'answer'), run('cheap too', 'answer')]);
    const burning = ['burns', 'burns too'].map((document) => run(document, 'hang').catch(({ kind }) => kind));
    spent.length = 0;
    expect(await run('cheap', 'answer')).toBe('cheap');
    expect(spent).toEqual(['cheap answered cheap']);
    expect(await Promise.all(burning)).toEqual(['budget', 'budget']);
    expect(spent.slice(1).sort()).toEqual(['burns budget dear', 'burns too budget dear']);
  });

  test('refuses at once what would not be begun in time', async () => {
    start({ waitMaxMs: 100 });
    const waiting = ['a', 'b', 'c', 'd', 'e'].map(answer);
    const { signal } = new AbortController();
    await expect(isolate.run(job({ behave: 'answer' }), signal)).rejects.toEqual(failure('busy'));
    expect(await Promise.all(waiting)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('gives up a job whose caller has given up', async () => {
    start();
    const abort = new AbortController();
    const waiting = isolate.run(job({ behave: 'hang' }), abort.signal);
    abort.abort();
    await expect(waiting).rejects.toEqual(failure('aborted'));
    await expect(isolate.run(job({ behave: 'hang' }), abort.signal)).rejects.toEqual(failure('aborted'));
    expect(await answer('next')).toBe('next');
  });

  test('ends a running job whose caller has given up', async () => {
    const lost = start({ cpuBudgetMs: 60_000 });
    await answer('warm');
    const abort = new AbortController();
    const running = isolate.run(job({ behave: 'hang' }), abort.signal);
    abort.abort();
    await expect(running).rejects.toEqual(failure('aborted'));
    expect(await answer('next')).toBe('next');
    expect(lost).toEqual(['aborted']);
  });
});

describe('threads that do not come up', () => {
  test('reject what waits for them, and are tried again with the next job', async () => {
    const lost = start({ entry: broken });
    await expect(answer('a')).rejects.toEqual(failure('crashed'));
    await expect(answer('b')).rejects.toEqual(failure('crashed'));
    expect(lost).toEqual(['crashed', 'crashed']);
  });

  test('in time count as such', async () => {
    start({ startTimeoutMs: 1 });
    await expect(answer('a')).rejects.toEqual(failure('crashed'));
  });
});

test('closing rejects what runs, what waits and what comes', async () => {
  start();
  await answer('warm');
  const early = [behave('never'), answer('a')].map((each) => expect(each).rejects.toEqual(failure('closed')));
  const closing = isolate.close();
  await expect(answer('b')).rejects.toEqual(failure('closed'));
  await Promise.all([...early, closing]);
});
