import { UnavailableError } from '../domain/errors.ts';

type Waiting<Input, Output> = {
  readonly input: Input;
  readonly weight: number;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Makes one statement of the calls of one tick. While a batch is under way the next one grows, and starts when the
 * first is done or when it is full; so a single caller pays nothing, and many share the cost.
 *
 * A batch that fails is run again one by one, so that an input which cannot be stored fails alone; when the database
 * is away, all fail. Over `queueMax` waiting calls, or `queueWeightMax` of weight, new ones are refused.
 */
export const createBatcher = <Input, Output>(options: {
  /** Answers each input at its own place, after the commit. Must be safe to repeat after it threw. */
  readonly run: (inputs: readonly Input[]) => Promise<readonly Output[]>;
  readonly batchMax?: number;
  readonly inFlightMax?: number;
  readonly queueMax?: number;
  /** What an input weighs, such as its bytes; nothing unless told. */
  readonly weigh?: (input: Input) => number;
  /** A batch is full at so much, or with a single input that weighs more. */
  readonly batchWeightMax?: number;
  readonly queueWeightMax?: number;
}): ((input: Input) => Promise<Output>) => {
  const { run, batchMax = 64, inFlightMax = 4, queueMax = 10_000, weigh = () => 0 } = options;
  const { batchWeightMax = Number.POSITIVE_INFINITY, queueWeightMax = Number.POSITIVE_INFINITY } = options;
  const queue: Waiting<Input, Output>[] = [];
  let queuedWeight = 0;
  let inFlight = 0;
  let scheduled = false;

  const schedule = (): void => {
    const isFull = queue.length >= batchMax || queuedWeight >= batchWeightMax;
    const isWorthIt = inFlight === 0 ? queue.length > 0 : inFlight < inFlightMax && isFull;
    if (scheduled || !isWorthIt) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void flush(takeBatch());
      schedule();
    });
  };

  /** The oldest of them, as many as one statement may carry. */
  const takeBatch = (): readonly Waiting<Input, Output>[] => {
    let count = 0;
    let weight = 0;
    for (const each of queue) {
      if (count >= batchMax || (count > 0 && weight + each.weight > batchWeightMax)) break;
      count += 1;
      weight += each.weight;
    }
    queuedWeight -= weight;
    return queue.splice(0, count);
  };

  const flush = async (batch: readonly Waiting<Input, Output>[]): Promise<void> => {
    inFlight += 1;
    try {
      await settle(batch);
    } finally {
      inFlight -= 1;
      schedule();
    }
  };

  const settle = async (batch: readonly Waiting<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await run(batch.map(({ input }) => input));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const output = outputs[index];
        if (output === undefined) reject(new Error('A batch answered fewer rows than it was given.'));
        else resolve(output);
      }
    } catch (error) {
      if (batch.length === 1 || error instanceof UnavailableError) {
        for (const { reject } of batch) reject(error);
        return;
      }
      for (const one of batch) await settle([one]);
    }
  };

  return (input) =>
    new Promise<Output>((resolve, reject) => {
      const weight = weigh(input);
      if (queue.length >= queueMax || (queue.length > 0 && queuedWeight + weight > queueWeightMax)) {
        reject(new UnavailableError('The platform has more to store than it can. Try again in a moment.', 1));
        return;
      }
      queue.push({ input, weight, resolve, reject });
      queuedWeight += weight;
      schedule();
    });
};
