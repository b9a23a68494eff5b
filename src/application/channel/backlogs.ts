/** What waits for an agent, as its node last saw it: requests of these senders, or of anybody. */
type Waiting = ReadonlySet<string> | 'anybody';

/**
 * Agents for whom something waits that found no room in the channels of this node. Where only those wait who have their share
 * of each, requests of others need not queue behind them, and nothing comes of looking again because those of others end.
 */
export class Backlogs {
  readonly #waiting = new Map<string, Waiting>();

  /** Nothing waits any more. */
  clear(agentId: string): void {
    this.#waiting.delete(agentId);
  }

  /** Something waits: `ofSenders` only, who have their share; or of anybody, since no channel has room. */
  note(agentId: string, ofSenders: Waiting): void {
    this.#waiting.set(agentId, ofSenders);
  }

  has(agentId: string): boolean {
    return this.#waiting.has(agentId);
  }

  /** Whether a new request of the sender comes behind what waits. */
  isBefore(agentId: string, senderId: string): boolean {
    const waiting = this.#waiting.get(agentId);
    return waiting === 'anybody' || (waiting?.has(senderId) ?? false);
  }

  /**
   * Whether what waits may find room because a request of the sender has left a channel, or, for null, because one was
   * acked there: that is no share of anybody's.
   */
  mayGoOn(agentId: string, senderId: string | null): boolean {
    return senderId === null ? this.#waiting.get(agentId) === 'anybody' : this.isBefore(agentId, senderId);
  }
}
