import type { Bus, BusMessages, BusTopic } from '../application/ports/bus.ts';
import type { Log } from '../application/ports/log.ts';
import { Listeners } from './listeners.ts';

/** A bus within this process: for a platform of one node. Listeners are called before publish returns. */
export function createMemoryBus(log: Log): Bus {
  const listeners = new Listeners(log);
  return {
    publish<Topic extends BusTopic>(topic: Topic, key: string, message: BusMessages[Topic]) {
      listeners.call(topic, key, message);
    },
    subscribe<Topic extends BusTopic>(topic: Topic, key: string, listener: (message: BusMessages[Topic]) => void) {
      return listeners.add(topic, key, listener);
    },
    inForce: async () => {},
    // Nothing comes from elsewhere, so nothing gets lost.
    onGap: () => () => {},
    reachesOtherNodes: () => false,
    health: async () => 'ok',
    close: async () => listeners.clear(),
  };
}
