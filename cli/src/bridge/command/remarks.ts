import { ActionError } from '@clawcierge/agent-sdk';
import type { ProgramEnd } from '../child-process.ts';
import type { CallIo } from '../source.ts';

/**
 * What a program says on stderr. A line that is a JSON object with `progress` tells how far it is, one with `error` what
 * its sender is told should it fail; all others are for the log, and the last of them says what was wrong where no line
 * does.
 */
export class Remarks {
  readonly #progress: CallIo['progress'];
  #error: ActionError | undefined;
  #lastLine = '';

  constructor({ progress }: CallIo) {
    this.#progress = progress;
  }

  /** Hears a line, and answers whether it belongs into the log. */
  hear(line: string): boolean {
    const { progress, total, message, error } = objectIn(line);
    if (typeof progress === 'number') {
      this.#progress(progress, {
        ...(typeof total === 'number' && { total }),
        ...(typeof message === 'string' && { message }),
      });
      return false;
    }
    if (isRecord(error) && typeof error.message === 'string') {
      this.#error = new ActionError(typeof error.code === 'string' ? error.code : 'program_failed', error.message);
      return false;
    }
    if (line.trim() !== '') this.#lastLine = line.trim();
    return true;
  }

  /** What the sender is told of a program that ended so. */
  failure({ code, signal }: ProgramEnd): ActionError {
    if (this.#error) return this.#error;
    const ended = signal === null ? `The program ended with exit code ${code}.` : `The program was ended by ${signal}.`;
    return new ActionError('program_failed', this.#lastLine || ended);
  }
}

function objectIn(line: string): Readonly<Record<string, unknown>> {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
