import type { Log } from './log.ts';

type AnyListener = (message: never) => void;

/** Who in this process listens to what, by topic and key. `Messages` says what each topic carries. */
export class Listeners<Messages> {
  readonly #byName = new Map<string, Set<AnyListener>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a listener; `onFirst` and `onLast` tell when a name gains its first and loses its last one. */
  add<Topic extends keyof Messages & string>(
    topic: Topic,
    key: string,
    listener: (message: Messages[Topic]) => void,
    hooks: { onFirst?: (name: string) => void; onLast?: (name: string) => void } = {},
  ): () => void {
    const name = nameOf(topic, key);
    let listeners = this.#byName.get(name);
    if (!listeners) {
      listeners = new Set();
      this.#byName.set(name, listeners);
      hooks.onFirst?.(name);
    }
    // One function may subscribe twice: each subscription ends on its own.
    const entry = (message: Messages[Topic]) => listener(message);
    listeners.add(entry);
    return () => {
      if (!listeners.delete(entry) || listeners.size > 0) return;
      this.#byName.delete(name);
      hooks.onLast?.(name);
    };
  }

  call<Topic extends keyof Messages & string>(topic: Topic, key: string, message: Messages[Topic]): void {
    const listeners = this.#byName.get(nameOf(topic, key));
    if (!listeners) return;
    for (const listener of [...listeners]) {
      try {
        (listener as (message: Messages[Topic]) => void)(message);
      } catch (error) {
        this.#log.error({ err: error, topic }, 'a listener failed');
      }
    }
  }

  has(topic: keyof Messages & string, key: string): boolean {
    return this.#byName.has(nameOf(topic, key));
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  clear(): void {
    this.#byName.clear();
  }
}

/** The name of a topic and a key together. */
export const nameOf = (topic: string, key: string): string => (key === '' ? topic : `${topic}:${key}`);
