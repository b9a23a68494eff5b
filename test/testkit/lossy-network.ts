import type { Bus, Hints, Topic } from '../../src/application/ports/bus.ts';
import { Listeners } from '../../src/application/ports/listeners.ts';
import { decodeHint } from '../../src/bus/wire-hint.ts';
import { silentLog } from './postgres.ts';

/** What becomes of one hint on its way to one other node. */
export type Fate = 'arrives' | 'lost' | 'doubled' | 'late';

type Parcel = { readonly to: Listeners<Hints>; readonly name: { topic: Topic; key: string }; readonly wire: string };

/**
 * A bus between nodes of one process that does to hints what networks do: loses, doubles and delays them past those
 * that were sent after them.
 */
export class LossyNetwork {
  readonly #nodes = new Set<Listeners<Hints>>();
  readonly #gapListeners = new Set<() => void>();
  #late: Parcel[] = [];
  /** Asked once per hint and receiver. */
  fate: () => Fate = () => 'arrives';
  /** What nodes are told of the connection. */
  isUp = true;

  join(): Bus {
    const own = new Listeners<Hints>(silentLog);
    this.#nodes.add(own);
    return {
      publish: <Name extends Topic>(topic: Name, key: string, hint: Hints[Name]) => {
        if (!this.#nodes.has(own)) return;
        const wire = JSON.stringify(hint);
        for (const to of this.#nodes) if (to !== own) this.#send({ to, name: { topic, key }, wire });
      },
      subscribe: (topic, key, listener) => own.add(topic, key, listener),
      inForce: async () => {},
      onGap: (listener) => {
        this.#gapListeners.add(listener);
        return () => void this.#gapListeners.delete(listener);
      },
      reachableNodes: () => (this.isUp ? this.#nodes.size - 1 : 0),
      health: () => (this.isUp ? 'ok' : 'down'),
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
    const decoded = decodeHint(name.topic, JSON.parse(wire));
    if (decoded) to.call(decoded.topic, name.key, decoded.hint);
  }
}
