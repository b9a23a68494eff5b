import type { HoldReason } from '../domain/approval.ts';
import { DomainError } from '../domain/domain-error.ts';
import { OverloadedError, UnavailableError } from '../domain/errors.ts';
import {
  DEFAULT_ACTION,
  type Decision,
  type Direction,
  type Facts,
  type StageResult,
  type Verdict,
} from '../domain/verdict.ts';
import { IsolateFailure } from './isolate.ts';
import { readVerdict } from './read-verdict.ts';

/** One step of the pipeline of requests or of results. It reads nothing but the facts, and changes nothing. */
export type Stage<Of extends Direction = 'request'> = {
  /** As it appears in pipeline logs and in rejections. */
  readonly name: string;
  /** The signal is aborted when nobody waits for the verdict any more. */
  evaluate(facts: Facts[Of], signal: AbortSignal): Verdict<Of> | Promise<Verdict<Of>>;
};

type Hold = Extract<Verdict, { readonly decision: 'HOLD' }>;

/** Hears why a stage gave no verdict, for the log; outsiders hear only that it did not. */
export type StageFailureListener = (stage: string, cause: unknown, isOverload: boolean) => void;

export type PipelineOptions = {
  /** How long a stage may be waited for. It bounds waiting, not computing. */
  readonly stageTimeoutMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onFailure?: StageFailureListener;
};

/** The cause that a stage's failure carries when it was not waited for any longer. */
export class StageTimeoutError extends Error {
  constructor(stage: string, timeoutMs: number) {
    super(`The stage ${stage} gave no verdict within ${timeoutMs} ms`);
  }
}

/** The cause that a stage's failure carries when what it returned is no verdict. */
export class InvalidVerdictError extends Error {
  constructor(stage: string) {
    super(`The stage ${stage} returned something that is no verdict`);
  }
}

/**
 * Runs the stages in order. The first DENY ends it. After a HOLD the later stages still run, so that what
 * waits for a human has passed everything else. Only a verdict decides: where a stage gives none, nothing passes and nothing
 * is denied. Rejects then with OverloadedError, where there was too much to do for it to be asked, or was not waited for any
 * longer; with UnavailableError where it throws, rejects or returns anything but a verdict; or with the error for outsiders
 * that it failed with. What it says later is ignored.
 */
export async function runPipeline<Of extends Direction>(
  direction: Of,
  stages: readonly [Stage<Of>, ...Stage<Of>[]],
  facts: Facts[Of],
  options: PipelineOptions,
): Promise<Decision<Of>> {
  const log: StageResult<Of>[] = [];
  const holds: HoldReason[] = [];
  for (const stage of stages) {
    const startedAt = options.now();
    const verdict = await verdictOf(direction, stage, facts, options);
    const durationMs = Math.max(0, options.now() - startedAt);
    if (verdict.decision === 'DENY') {
      const { kind, reason, issues, detail } = verdict;
      const more = { ...(issues && { issues }), ...(detail !== undefined && { detail }) };
      log.push({ stage: stage.name, passed: false, kind, reason, durationMs, ...more });
      return { outcome: 'DENIED', stage: stage.name, kind, reason, log };
    }
    const reason = verdict.decision === 'PASS' ? null : verdict.reason;
    const detail = verdict.decision === 'PASS' ? verdict.detail : undefined;
    log.push({ stage: stage.name, passed: true, reason, durationMs, ...(detail !== undefined && { detail }) });
    if (verdict.decision === 'HOLD') holds.push(...holdsOf(stage.name, verdict));
  }
  const [first] = holds;
  return first === undefined ? { outcome: 'PASSED', log } : { outcome: 'HELD', reason: first.reason, holds, log };
}

const holdsOf = (stage: string, { reason, rules }: Hold): readonly HoldReason[] =>
  rules?.map((hold) => ({ stage, rule: hold.rule === DEFAULT_ACTION ? null : hold.rule, reason: hold.reason })) ?? [
    { stage, rule: null, reason },
  ];

async function verdictOf<Of extends Direction>(
  direction: Of,
  stage: Stage<Of>,
  facts: Facts[Of],
  options: PipelineOptions,
): Promise<Verdict<Of>> {
  const abort = new AbortController();
  try {
    const returned = stage.evaluate(facts, abort.signal);
    const value = isThenable(returned) ? await within(options.stageTimeoutMs, stage.name, returned) : returned;
    const verdict = readVerdict(direction, value);
    if (verdict === null) throw new InvalidVerdictError(stage.name);
    return verdict;
  } catch (cause) {
    abort.abort(cause);
    if (cause instanceof DomainError) throw cause;
    const isOverload = cause instanceof StageTimeoutError || cause instanceof IsolateFailure;
    report(options.onFailure, stage.name, cause, isOverload);
    if (isOverload) throw new OverloadedError(RETRY_AFTER_SECONDS, TOO_MANY[direction], { cause });
    throw new UnavailableError(`The ${stage.name} stage failed, so ${UNDECIDED[direction]}`, RETRY_AFTER_SECONDS, {
      cause,
    });
  }
}

const RETRY_AFTER_SECONDS = 1;

const TOO_MANY: { readonly [Of in Direction]: string } = {
  request: 'Too many requests are being checked just now.',
  result: 'Too many results are being checked just now.',
};

const UNDECIDED: { readonly [Of in Direction]: string } = {
  request: 'nothing was decided, and nothing was kept. Try again in a moment.',
  result: 'the result was not recorded. Send it again in a moment.',
};

/** The value, or a StageTimeoutError. Whatever comes after the first of them is ignored. */
function within<Value>(timeoutMs: number, stage: string, value: PromiseLike<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StageTimeoutError(stage, timeoutMs)), timeoutMs);
    Promise.resolve(value)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value;

function report(onFailure: StageFailureListener | undefined, stage: string, cause: unknown, isOverload: boolean): void {
  try {
    onFailure?.(stage, cause, isOverload);
  } catch {
    // A listener that fails must not turn what is told into something else.
  }
}
