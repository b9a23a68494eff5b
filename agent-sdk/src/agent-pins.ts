/** Which agent each handle was, the first time that the platform said so; the ones used last are kept. */
export class AgentPins {
  readonly #max: number;
  readonly #ids = new Map<string, string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The id of the agent that the handle is pinned to. */
  of(handle: string): string | undefined {
    const id = this.#ids.get(handle);
    if (id !== undefined) this.pin(handle, id);
    return id;
  }

  /** The platform's answer named the agent: it counts if it is the first one. */
  answered(handle: string, agentId: string): void {
    if (!this.#ids.has(handle)) this.pin(handle, agentId);
  }

  /** It is that agent from now on, whichever it was. */
  pin(handle: string, agentId: string): void {
    this.#ids.delete(handle);
    this.#ids.set(handle, agentId);
    for (const oldest of this.#ids.keys()) {
      if (this.#ids.size <= this.#max) return;
      this.#ids.delete(oldest);
    }
  }
}
