import type { Bus, Hints, Topic } from '../application/ports/bus.ts';
import { Listeners } from '../application/ports/listeners.ts';
import type { Log } from '../application/ports/log.ts';

/**
 * Buses between nodes of this process: for a platform of one node, which has nobody to hint to. Listeners are called
 * before publish returns.
 */
export class MemoryNetwork {
  readonly #nodes = new Set<Listeners<Hints>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** One more node's bus. */
  join(): Bus {
    const nodes = this.#nodes;
    const own = new Listeners<Hints>(this.#log);
    nodes.add(own);
    return {
      publish<Name extends Topic>(topic: Name, key: string, hint: Hints[Name]) {
        if (!nodes.has(own)) return;
        for (const each of nodes) if (each !== own) each.call(topic, key, hint);
      },
      subscribe: (topic, key, listener) => own.add(topic, key, listener),
      inForce: async () => {},
      // Nothing gets lost on the way.
      onGap: () => () => {},
      reachableNodes: () => nodes.size - 1,
      health: () => 'ok',
      close: async () => {
        nodes.delete(own);
        own.clear();
      },
    };
  }
}
