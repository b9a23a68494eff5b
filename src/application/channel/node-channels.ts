import type { Channel } from './channel.ts';

const NO_CHANNELS: ReadonlySet<Channel> = new Set();

/** The channels that are open on this node, or being opened, and nobody else's. */
export class NodeChannels {
  readonly #byId = new Map<string, Channel>();
  readonly #byAgent = new Map<string, Set<Channel>>();
  #isShuttingDown = false;

  /** Whether the node opens and claims nothing any more. */
  get isShuttingDown(): boolean {
    return this.#isShuttingDown;
  }

  beginShutdown(): void {
    this.#isShuttingDown = true;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Answers whether it is its agent's first. */
  add(channel: Channel): boolean {
    const { agentId, id } = channel.record;
    this.#byId.set(id, channel);
    const ofAgent = this.#byAgent.get(agentId);
    if (ofAgent) ofAgent.add(channel);
    else this.#byAgent.set(agentId, new Set([channel]));
    return !ofAgent;
  }

  /** Answers whether it was its agent's last. */
  remove({ record: { agentId, id } }: Channel): boolean {
    const channel = this.#byId.get(id);
    const ofAgent = this.#byAgent.get(agentId);
    if (!channel || !ofAgent) return false;
    this.#byId.delete(id);
    ofAgent.delete(channel);
    return ofAgent.size === 0 && this.#byAgent.delete(agentId);
  }

  get(id: string): Channel | undefined {
    return this.#byId.get(id);
  }

  ofAgent(agentId: string): ReadonlySet<Channel> {
    return this.#byAgent.get(agentId) ?? NO_CHANNELS;
  }

  /** The same as `all`, without a copy: for who neither adds nor removes any. */
  each(): Iterable<Channel> {
    return this.#byId.values();
  }

  /** The transport of each that is open. */
  *transports(): Iterable<string> {
    for (const { isOpen, record } of this.#byId.values()) if (isOpen) yield record.transport;
  }

  all(): readonly Channel[] {
    return [...this.#byId.values()];
  }

  /** The channel of the agent that holds the request. */
  holderOf(requestId: string, agentId: string): Channel | undefined {
    for (const channel of this.ofAgent(agentId)) if (channel.holds(requestId)) return channel;
    return undefined;
  }
}
