import type { Clock } from './clock.ts';

/** What may be said beside the number. */
export interface ProgressDetails {
  /** What the number will be in the end. */
  readonly total?: number;
  /** What is done just now, for people: at most 500 characters of it. */
  readonly message?: string;
}

/** How far a handler is with its request. */
export interface Progress extends ProgressDetails {
  readonly value: number;
}

/** The platform shows no more. */
const SAY_EVERY_MS = 500;
const MESSAGE_MAX = 500;
/** But for line breaks and tabs. */
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;

export interface ProgressSayerOptions {
  readonly clock: Clock;
  /** Says it to the platform. */
  readonly say: (progress: Progress) => Promise<void>;
}

/**
 * Says how far one handler is: the first word at once, then the last one at most twice a second. What cannot be said, or does not
 * rise, is left out; it never throws.
 */
export class ProgressSayer {
  readonly #options: ProgressSayerOptions;
  #last = Number.NEGATIVE_INFINITY;
  #waiting: Progress | undefined;
  #isSaying = false;
  #callOffPause: (() => void) | undefined;
  #isStopped = false;

  constructor(options: ProgressSayerOptions) {
    this.#options = options;
  }

  readonly report = (value: number, details?: ProgressDetails): void => {
    if (this.#isStopped || !Number.isFinite(value) || value <= this.#last) return;
    this.#last = value;
    this.#waiting = progressOf(value, details);
    void this.#sayNext();
  };

  /** Nothing is said any more. */
  stop(): void {
    this.#isStopped = true;
    this.#callOffPause?.();
  }

  async #sayNext(): Promise<void> {
    const { clock, say } = this.#options;
    const progress = this.#waiting;
    if (!progress || this.#isSaying || this.#callOffPause || this.#isStopped) return;
    this.#waiting = undefined;
    this.#isSaying = true;
    this.#callOffPause = clock.after(SAY_EVERY_MS, () => {
      this.#callOffPause = undefined;
      void this.#sayNext();
    });
    try {
      await say(progress);
    } catch {
      // What gets lost costs nothing: there will be more, or an outcome.
    }
    this.#isSaying = false;
    void this.#sayNext();
  }
}

/** Whatever a handler passes on from elsewhere, only what the platform takes of it. */
function progressOf(value: number, details: ProgressDetails | undefined): Progress {
  const { total, message } = Object(details) as { readonly total?: unknown; readonly message?: unknown };
  const text = typeof message === 'string' ? message.trim().toWellFormed().replaceAll(CONTROL, '\ufffd') : '';
  return {
    value,
    ...(typeof total === 'number' && Number.isFinite(total) && { total }),
    ...(text !== '' && { message: [...text.slice(0, 2 * MESSAGE_MAX)].slice(0, MESSAGE_MAX).join('') }),
  };
}
