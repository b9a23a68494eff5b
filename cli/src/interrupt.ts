import { InterruptedError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import type { Output } from './output.ts';

export interface Interruption {
  /** Aborted with an InterruptedError at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

/** The first SIGINT or SIGTERM asks what runs to come to an end; the second one ends the program. */
export function listenForInterrupt(output: Output): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    if (output.isWatched) output.say('Stopping. Ctrl-C once more ends it at once.');
    controller.abort(new InterruptedError());
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    release: () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  };
}
