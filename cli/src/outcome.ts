import type { FinishedRequest, RequestState, RequestStatus } from '@clawcierge/agent-sdk';
import { textOfResult } from './blocks.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

/** What is said of a request that is not finished. */
const WAITS: Readonly<Partial<Record<RequestStatus, string>>> = {
  PENDING: 'waits for the agent',
  AWAITING_APPROVAL: 'waits for an approval',
  DISPATCHED: 'was given to the agent',
  ACKED: 'is being done',
};

const EXIT_OF: Readonly<Record<FinishedRequest['status'], ExitCode>> = {
  COMPLETED: EXIT.done,
  FAILED: EXIT.failed,
  CANCELLED: EXIT.failed,
  REJECTED: EXIT.rejected,
  TIMEOUT: EXIT.timedOut,
};

/** How often the time in the line of progress moves on. */
const TICK_MS = 1_000;

/** Says where a request is, in a line that is written over. */
export class Follower {
  readonly #output: Output;
  readonly #since = Date.now();
  readonly #ticks: NodeJS.Timeout;
  #request: RequestState | undefined;

  constructor(output: Output) {
    this.#output = output;
    this.#ticks = setInterval(() => this.#show(), TICK_MS);
    this.#ticks.unref();
  }

  heard(request: RequestState): void {
    this.#request = request;
    this.#show();
  }

  end(): void {
    clearInterval(this.#ticks);
    this.#output.endProgress();
  }

  #show(): void {
    if (this.#request === undefined) return;
    const { status, id } = this.#request;
    const state = WAITS[status] ?? status.toLowerCase();
    const took = Math.round((Date.now() - this.#since) / 1_000);
    const progress = progressOf(this.#request);
    const parts = [`${took} s`, state, ...(progress === null ? [] : [progress]), id];
    this.#output.progress(parts.join(' · '));
  }
}

/** How far the agent is, in its own words. */
export function progressOf({ progress }: RequestState): string | null {
  if (!progress) return null;
  const { value, total, message } = progress;
  const far = total == null ? `${value}` : `${value}/${total}`;
  return message == null ? far : `${message} (${far})`;
}

/** Prints how a request ended, and answers the exit code for it. */
export function showOutcome(request: FinishedRequest, output: Output): ExitCode {
  const { id, status, error } = request;
  output.data(request, status === 'COMPLETED' ? textOfResult(request.result) : null);
  if (status !== 'COMPLETED') {
    // Lines of the agent's look like none of the program's.
    const why = error ? `: ${error.message.replaceAll('\n', '\n  ')} (${error.code})` : '.';
    output.say(`${output.paint('red', 'clawcierge:', 'stderr')} Request ${id} ${ENDED[status]}${why}`);
  }
  return EXIT_OF[status];
}

const ENDED: Readonly<Record<FinishedRequest['status'], string>> = {
  COMPLETED: 'is completed',
  FAILED: 'failed',
  CANCELLED: 'was cancelled',
  REJECTED: 'was rejected',
  TIMEOUT: 'timed out',
};
