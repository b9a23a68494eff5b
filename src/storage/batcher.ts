import { inBatch, noteWork, tracesHere } from '../application/ports/call.ts';
import { COST } from '../application/ports/cost.ts';
import { BatchUse } from '../application/ports/metrics.ts';
import { UnavailableError } from '../domain/errors.ts';
import type { TraceContext } from '../domain/trace-context.ts';

type Waiting<Input, Output> = {
  readonly input: Input;
  readonly weight: number;
  readonly key: string | null;
  /** Since when it waits, by `performance.now()`. */
  readonly since: number;
  readonly traces: readonly TraceContext[];
  readonly resolve: (output: Output | Promise<Output>) => void;
};

/** Traces that one batch is recorded in, at most. */
const TRACES_MAX = 16;
const NO_TRACES: readonly TraceContext[] = [];

/**
 * Makes one statement of the calls of one tick. While a batch is under way the next one grows, and starts when the
 * first is done or when it is full; so a single caller pays nothing, and many share the cost.
 *
 * A batch that fails is run again one by one, so that an input which cannot be stored fails alone; when the database
 * is away, all fail. Over `queueMax` waiting calls, `keyQueueMax` of one key, or `queueWeightMax` of weight, new ones are
 * refused, and so is what has waited for `queueMaxMs` without having its turn: nothing of it is done.
 *
 * Inputs of one key are run in their order: never two of them at once, nor in one batch unless they go together. An answer
 * may be a promise, for which nothing waits but what comes after it under its key.
 */
export const createBatcher = <Input, Output>(options: {
  /** Answers each input at its own place, after the commit. Must be safe to repeat after it threw. */
  readonly run: (inputs: readonly Input[]) => Promise<readonly (Output | Promise<Output> | undefined)[]>;
  readonly batchMax?: number;
  readonly inFlightMax?: number;
  readonly queueMax?: number;
  readonly queueMaxMs?: number;
  /** They leave the queue one by one, so a few keys could fill it for long. */
  readonly keyQueueMax?: number;
  /** What an input weighs, such as its bytes; nothing unless told. */
  readonly weigh?: (input: Input) => number;
  /** A batch is full at so much, or with a single input that weighs more. */
  readonly batchWeightMax?: number;
  readonly queueWeightMax?: number;
  /** The key of an input; none has one unless told. */
  readonly keyOf?: (input: Input) => string;
  /** Whether two inputs of one key that follow each other may be in one batch. */
  readonly goTogether?: (first: Input, second: Input) => boolean;
  /** Where its batches are counted. */
  readonly use?: BatchUse;
}): ((input: Input) => Promise<Output>) => {
  const { run, batchMax = 64, inFlightMax = 4, queueMax = 10_000, queueMaxMs = 10_000, keyQueueMax = 64 } = options;
  const {
    weigh = () => 0,
    batchWeightMax = Number.POSITIVE_INFINITY,
    queueWeightMax = Number.POSITIVE_INFINITY,
  } = options;
  const { keyOf, goTogether = () => false, use = new BatchUse() } = options;
  let queue: Waiting<Input, Output>[] = [];
  /** By key, how many of its inputs are under way, and how many wait. */
  const underWay = new Map<string, number>();
  const waiting = new Map<string, number>();
  let queuedWeight = 0;
  let inFlight = 0;
  let scheduled = false;
  use.addQueue(() => queue.length);
  let isWatched = false;

  const schedule = (): void => {
    const isFull = queue.length >= batchMax || queuedWeight >= batchWeightMax;
    const isWorthIt = inFlight === 0 ? queue.length > 0 : inFlight < inFlightMax && isFull;
    if (scheduled || !isWorthIt) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = takeBatch();
      // Whatever is left waits for what is in flight.
      if (batch.length === 0) return;
      void flush(batch);
      schedule();
    });
  };

  /** The oldest of those whose turn it is, as many as one statement may carry. */
  const takeBatch = (): readonly Waiting<Input, Output>[] => {
    const batch: Waiting<Input, Output>[] = [];
    const left: Waiting<Input, Output>[] = [];
    /** The last one of each key that was looked at; null where it is left, and what follows it with it. */
    const lastOfKey = new Map<string, Waiting<Input, Output> | null>();
    let weight = 0;
    for (const [at, each] of queue.entries()) {
      if (batch.length >= batchMax || (batch.length > 0 && weight + each.weight > batchWeightMax)) {
        left.push(...queue.slice(at));
        break;
      }
      const isTaken = each.key === null || isTurnOf(each, each.key, lastOfKey.get(each.key));
      if (each.key !== null) lastOfKey.set(each.key, isTaken ? each : null);
      if (isTaken) weight += each.weight;
      (isTaken ? batch : left).push(each);
    }
    queue = left;
    queuedWeight -= weight;
    return batch;
  };

  const isTurnOf = ({ input }: Waiting<Input, Output>, key: string, before?: Waiting<Input, Output> | null): boolean =>
    before ? goTogether(before.input, input) : before !== null && !underWay.has(key);

  const flush = async (batch: readonly Waiting<Input, Output>[]): Promise<void> => {
    inFlight += 1;
    use.sizes.observe(batch.length);
    for (const { key } of batch) {
      if (key === null) continue;
      count(waiting, key, -1);
      count(underWay, key, 1);
    }
    try {
      await settle(batch);
    } finally {
      inFlight -= 1;
      schedule();
    }
  };

  const settle = async (batch: readonly Waiting<Input, Output>[]): Promise<void> => {
    try {
      const traces = batch.some((each) => each.traces.length > 0)
        ? batch.flatMap((each) => each.traces).slice(0, TRACES_MAX)
        : NO_TRACES;
      const inputs = batch.map(({ input }) => input);
      // Whatever call it was that set it off, it is done for these.
      const outputs = await inBatch(traces, () => run(inputs));
      for (const [index, each] of batch.entries()) {
        const output = outputs[index];
        answer(each, output === undefined ? Promise.reject(new Error('A batch left out an answer.')) : output);
      }
    } catch (error) {
      if (batch.length === 1 || error instanceof UnavailableError) {
        for (const each of batch) answer(each, Promise.reject(error));
        return;
      }
      for (const one of batch) await settle([one]);
    }
  };

  const answer = ({ key, resolve }: Waiting<Input, Output>, output: Output | Promise<Output>): void => {
    resolve(output);
    if (key === null) return;
    const free = () => {
      count(underWay, key, -1);
      schedule();
    };
    if (output instanceof Promise) output.then(free, free);
    else free();
  };

  /** One timer looks after all that wait, the oldest of which is the first. */
  const watchQueue = (): void => {
    const oldest = queue[0];
    if (isWatched || oldest === undefined) return;
    isWatched = true;
    setTimeout(
      () => {
        isWatched = false;
        refuseOverdue();
        watchQueue();
      },
      oldest.since + queueMaxMs - performance.now(),
    ).unref();
  };

  const refuseOverdue = (): void => {
    const until = performance.now() - queueMaxMs;
    while (queue[0] !== undefined && queue[0].since <= until) {
      const [overdue] = queue.splice(0, 1);
      if (overdue === undefined) return;
      queuedWeight -= overdue.weight;
      if (overdue.key !== null) count(waiting, overdue.key, -1);
      overdue.resolve(Promise.reject(tooMuch()));
    }
  };

  return (input) =>
    new Promise<Output>((resolve, reject) => {
      const weight = weigh(input);
      const key = keyOf?.(input) ?? null;
      const isTooHeavy = queue.length > 0 && queuedWeight + weight > queueWeightMax;
      const areTooMany = queue.length >= queueMax || (key !== null && (waiting.get(key) ?? 0) >= keyQueueMax);
      if (isTooHeavy || areTooMany) {
        reject(tooMuch());
        return;
      }
      queue.push({ input, weight, key, since: performance.now(), traces: tracesHere(), resolve });
      noteWork(COST.shareOfStatement);
      if (key !== null) count(waiting, key, 1);
      queuedWeight += weight;
      schedule();
      watchQueue();
    });
};

const tooMuch = () => new UnavailableError('The platform has more to store than it can. Try again in a moment.', 1);

const count = (counts: Map<string, number>, key: string, change: 1 | -1): void => {
  const counted = (counts.get(key) ?? 0) + change;
  if (counted > 0) counts.set(key, counted);
  else counts.delete(key);
};
