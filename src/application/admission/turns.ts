import { CountedKeys, type Release } from '../counted-keys.ts';

/** Whose call waits: the flow's, which came from that network. */
export type Caller = { readonly flow: string; readonly origin: string };

/**
 * What waits for its turn: networks have theirs one after another, and in each network its flows. Keys are to be had for nothing, so that
 * whoever has many of them would have as many turns if flows alone had.
 */
export class Turns<Waiting extends Caller> {
  /** By network, and in it by flow; of both, the one whose turn it is first. */
  readonly #waiting = new Map<string, Map<string, Waiting[]>>();
  readonly #ofFlow = new CountedKeys();
  readonly #ofOrigin = new CountedKeys();
  readonly #releases = new WeakMap<Waiting, readonly Release[]>();

  get size(): number {
    return this.#ofFlow.total;
  }

  /** What waits of a flow, wherever it comes from. */
  count(flow: string): number {
    return this.#ofFlow.count(flow);
  }

  /** The flows of which something waits. */
  flows(): readonly string[] {
    return this.#ofFlow.keys();
  }

  add(waiting: Waiting): void {
    const { flow, origin } = waiting;
    const flows = this.#waiting.get(origin) ?? new Map<string, Waiting[]>();
    this.#waiting.set(origin, flows);
    const queue = flows.get(flow) ?? [];
    flows.set(flow, queue);
    queue.push(waiting);
    this.#releases.set(waiting, [this.#ofFlow.hold(flow), this.#ofOrigin.hold(origin)]);
  }

  /** Whether it still waited. */
  remove(waiting: Waiting): boolean {
    const { flow, origin } = waiting;
    const flows = this.#waiting.get(origin);
    const queue = flows?.get(flow);
    const at = queue?.indexOf(waiting) ?? -1;
    if (!flows || !queue || at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) flows.delete(flow);
    if (flows.size === 0) this.#waiting.delete(origin);
    for (const release of this.#releases.get(waiting) ?? []) release();
    return true;
  }

  /** Takes out whoever's turn it is, of the flows that may; its network and its flow have theirs last from now on. */
  next(may: (flow: string) => boolean): Waiting | null {
    for (const [origin, flows] of this.#waiting) {
      for (const [flow, queue] of flows) {
        const [first] = queue;
        if (first === undefined || !may(flow)) continue;
        this.remove(first);
        moveToEnd(flows, flow);
        moveToEnd(this.#waiting, origin);
        return first;
      }
    }
    return null;
  }

  /**
   * Whoever has to give way to one more of the caller's: of the network with the most that waits, and where that is the caller's own, in
   * it, the last of the flow with the most. Null where nobody would have more than the caller.
   */
  last({ flow, origin }: Caller): Waiting | null {
    const widest = mostOf(this.#waiting.keys(), (key) => this.#ofOrigin.count(key));
    const isOthers =
      widest !== null && widest !== origin && this.#ofOrigin.count(widest) > this.#ofOrigin.count(origin) + 1;
    const flows = this.#waiting.get(isOthers ? widest : origin);
    const lengthOf = (key: string) => flows?.get(key)?.length ?? 0;
    const longest = mostOf(flows?.keys() ?? [], lengthOf);
    if (longest === null || (!isOthers && lengthOf(longest) <= lengthOf(flow) + 1)) return null;
    return flows?.get(longest)?.at(-1) ?? null;
  }
}

function moveToEnd<Value>(map: Map<string, Value>, key: string): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

/** The first of those that have the most. */
function mostOf(keys: Iterable<string>, countOf: (key: string) => number): string | null {
  let most: string | null = null;
  for (const key of keys) if (most === null || countOf(key) > countOf(most)) most = key;
  return most;
}
