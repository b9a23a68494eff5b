import type { Log } from './log.ts';

type AnyListener = (message: never) => void;

/** Told when a name gains its first listener and loses its last one. */
type Hooks<Messages> = {
  onFirst(topic: keyof Messages & string, key: string, name: string): void;
  onLast(topic: keyof Messages & string, key: string, name: string): void;
};

/** Who in this process listens to what, by topic and key. `Messages` says what each topic carries. */
export class Listeners<Messages> {
  readonly #byName = new Map<string, Set<AnyListener>>();
  readonly #log: Log;
  readonly #hooks: Hooks<Messages> | null;

  constructor(log: Log, hooks: Hooks<Messages> | null = null) {
    this.#log = log;
    this.#hooks = hooks;
  }

  /** Answers the function that removes it. */
  add<Topic extends keyof Messages & string>(
    topic: Topic,
    key: string,
    listener: (message: Messages[Topic]) => void,
  ): () => void {
    const name = nameOf(topic, key);
    let listeners = this.#byName.get(name);
    if (!listeners) {
      listeners = new Set();
      this.#byName.set(name, listeners);
      this.#hooks?.onFirst(topic, key, name);
    }
    // One function may subscribe twice: each subscription ends on its own.
    const entry = (message: Messages[Topic]) => listener(message);
    listeners.add(entry);
    return () => {
      if (!listeners.delete(entry) || listeners.size > 0) return;
      this.#byName.delete(name);
      this.#hooks?.onLast(topic, key, name);
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
