import type { Bus, BusMessages, BusTopic } from '../../src/application/ports/bus.ts';
import { Listeners } from '../../src/bus/listeners.ts';
import { decodeMessage, encodeMessage } from '../../src/bus/wire-message.ts';
import { silentLog } from './postgres.ts';

/** What becomes of one hint on its way to one other node. */
export type Fate = 'arrives' | 'lost' | 'doubled' | 'late';

type Parcel = { readonly to: Listeners; readonly name: { topic: BusTopic; key: string }; readonly wire: string };

/**
 * A bus between nodes of one process that does to hints what networks do: loses, doubles and delays them past those
 * that were sent after them. A node hears its own hints at once, as with every bus.
 */
export class LossyNetwork {
  readonly #nodes = new Set<Listeners>();
  readonly #gapListeners = new Set<() => void>();
  #late: Parcel[] = [];
  /** Asked once per hint and receiver. */
  fate: () => Fate = () => 'arrives';
  /** What nodes are told of the connection. */
  isUp = true;

  join(): Bus {
    const own = new Listeners(silentLog);
    this.#nodes.add(own);
    return {
      publish: <Topic extends BusTopic>(topic: Topic, key: string, message: BusMessages[Topic]) => {
        if (!this.#nodes.has(own)) return;
        const wire = JSON.stringify(encodeMessage('other', topic, message));
        own.call(topic, key, message);
        for (const to of this.#nodes) if (to !== own) this.#send({ to, name: { topic, key }, wire });
      },
      subscribe: (topic, key, listener) => own.add(topic, key, listener),
      inForce: async () => {},
      onGap: (listener) => {
        this.#gapListeners.add(listener);
        return () => void this.#gapListeners.delete(listener);
      },
      reachesOtherNodes: () => this.isUp,
      health: async () => (this.isUp ? 'ok' : 'down'),
      close: async () => {
        this.#nodes.delete(own);
        own.clear();
      },
    };
  }

  /** What was held back arrives now, the last first. */
  deliverLate(): void {
    const late = this.#late.reverse();
    this.#late = [];
    for (const parcel of late) this.#arrive(parcel);
  }

  /** The connection was down and is back: what was on its way is lost. */
  tellOfGap(): void {
    this.#late = [];
    for (const listener of [...this.#gapListeners]) listener();
  }

  #send(parcel: Parcel): void {
    const fate = this.isUp ? this.fate() : 'lost';
    if (fate === 'late') this.#late.push(parcel);
    if (fate === 'arrives' || fate === 'doubled') this.#arrive(parcel);
    if (fate === 'doubled') this.#arrive(parcel);
  }

  #arrive({ to, name, wire }: Parcel): void {
    const message = decodeMessage(name.topic, JSON.parse(wire));
    if (message) to.call(message.topic, name.key, message.body);
  }
}
