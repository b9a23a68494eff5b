import type { BusMessages, BusTopic } from '../application/ports/bus.ts';
import type { Log } from '../application/ports/log.ts';

type AnyListener = (message: never) => void;

/** Who in this process listens to what, by topic and key. */
export class Listeners {
  readonly #byName = new Map<string, Set<AnyListener>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a listener; `onFirst` and `onLast` tell when a name gains its first and loses its last one. */
  add<Topic extends BusTopic>(
    topic: Topic,
    key: string,
    listener: (message: BusMessages[Topic]) => void,
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
    const entry = (message: BusMessages[Topic]) => listener(message);
    listeners.add(entry);
    return () => {
      if (!listeners.delete(entry) || listeners.size > 0) return;
      this.#byName.delete(name);
      hooks.onLast?.(name);
    };
  }

  call<Topic extends BusTopic>(topic: Topic, key: string, message: BusMessages[Topic]): void {
    const listeners = this.#byName.get(nameOf(topic, key));
    if (!listeners) return;
    for (const listener of [...listeners]) {
      try {
        (listener as (message: BusMessages[Topic]) => void)(message);
      } catch (error) {
        this.#log.error({ err: error, topic }, 'a bus listener failed');
      }
    }
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  clear(): void {
    this.#byName.clear();
  }
}

/** The name that a topic and a key have on the wire. */
export const nameOf = (topic: BusTopic, key: string): string => (key === '' ? topic : `${topic}:${key}`);
