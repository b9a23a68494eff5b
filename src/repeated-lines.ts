import { outsideOfCalls } from './application/ports/call.ts';
import type { Clock } from './application/ports/clock.ts';
import type { Log } from './application/ports/log.ts';

/** How long what repeats is counted before it is said again. */
export const REPEATED_WITHIN_MS = 60_000;
/** Lines that are counted apart; what comes over it is counted by its message alone, and messages are written here. */
const KINDS_MAX = 256;
/** What tells repetitions of one message apart. None that a stranger can choose. */
const TELLING = ['limit', 'task', 'code', 'statement', 'kind', 'stage', 'client', 'fact'] as const;

type Level = 'info' | 'warn';
/** A line that was written, and how often it would have been again. */
type Repeated = { readonly level: Level; readonly message: string; fields: object; count: number };

/** Of what goes to `info`: what strangers can repeat as they like. */
const COUNTED_MESSAGES: ReadonlySet<string> = new Set(['a limit refused', 'a request could not be read']);

/**
 * Says once what repeats, and then once a minute how often it did (`repeated`): a database that is away fails thousands
 * of calls, and a log full of that hides the rest. The first line is written at once, with all its fields; the one that
 * counts has those of the last. Counted are warnings, and refusals. Errors are not, since each is a defect.
 */
export class RepeatedLines {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #counted = new Map<string, Repeated>();
  /** Where to write what may repeat. */
  readonly log: Log;

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log;
    this.#clock = clock;
    this.log = {
      debug: (fields, message) => log.debug(fields, message),
      info: (fields, message) => {
        if (COUNTED_MESSAGES.has(message)) this.#say('info', fields, message);
        else log.info(fields, message);
      },
      warn: (fields, message) => this.#say('warn', fields, message),
      error: (fields, message) => log.error(fields, message),
      isLevelEnabled: (level) => log.isLevelEnabled(level),
    };
  }

  /** Says what was counted and not said yet: before the end. */
  flush(): void {
    for (const repeated of this.#counted.values()) this.#tell(repeated);
    this.#counted.clear();
  }

  #say(level: Level, fields: object, message: string): void {
    const key = this.#keyOf(fields, message);
    const repeated = this.#counted.get(key);
    if (repeated) {
      repeated.count += 1;
      repeated.fields = fields;
      return;
    }
    this.#log[level](fields, message);
    outsideOfCalls(() => this.#count(key, { level, message, fields, count: 0 }));
  }

  #keyOf(fields: object, message: string): string {
    if (this.#counted.size >= KINDS_MAX) return message;
    const told = TELLING.map((name): unknown => Reflect.get(fields, name));
    return [message, ...told].join('\n');
  }

  /** What goes on repeating is counted on; what does not is said at once the next time. */
  #count(key: string, repeated: Repeated): void {
    this.#counted.set(key, repeated);
    this.#clock.after(REPEATED_WITHIN_MS, () => {
      if (this.#counted.get(key) !== repeated) return;
      this.#counted.delete(key);
      if (repeated.count === 0) return;
      this.#tell(repeated);
      this.#count(key, { ...repeated, count: 0 });
    });
  }

  #tell({ level, message, fields, count }: Repeated): void {
    if (count > 0) this.#log[level]({ ...fields, repeated: count }, message);
  }
}
