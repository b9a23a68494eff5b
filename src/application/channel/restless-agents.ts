import type { Clock } from '../ports/clock.ts';

/** Of more than so many nobody asks one by one. */
const AGENTS_MAX = 500;

/**
 * Agents of this node that may have something to claim although nobody will say so again: those that were woken or opened a
 * channel a while ago. Another node may have stored a request before the subscription to its hints was in force; a
 * dispatch may have failed, found no room, or left a suspect to wait until another one has proved itself. An agent that
 * has been left alone for longer is woken by hints, and by who looks at all.
 */
export class RestlessAgents {
  readonly #clock: Clock;
  /** Until when each is one of them, in monotonic milliseconds. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The agent is one of them for so long, or for as long as it was already. */
  add(agentId: string, ms: number): void {
    const until = this.#clock.monotonic() + ms;
    this.#until.set(agentId, Math.max(until, this.#until.get(agentId) ?? until));
  }

  /** Their ids; null where they are so many that looking at all costs no more. */
  ids(): readonly string[] | null {
    const now = this.#clock.monotonic();
    for (const [agentId, until] of this.#until) if (until <= now) this.#until.delete(agentId);
    return this.#until.size > AGENTS_MAX ? null : [...this.#until.keys()];
  }
}
