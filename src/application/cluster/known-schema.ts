import type { Log } from '../ports/log.ts';

/** Whether this node's release can work with the tables, as they were when it last looked. */
export class KnownSchema {
  readonly #log: Log;
  #misfit: string | null = null;

  constructor(deps: { readonly log: Log }) {
    this.#log = deps.log;
  }

  get isKnown(): boolean {
    return this.#misfit === null;
  }

  /** Why it cannot, in words; null where it can. Each change is told once. */
  record(misfit: string | null): void {
    if (misfit === this.#misfit) return;
    this.#misfit = misfit;
    if (misfit === null) this.#log.info({}, 'the tables can be used again');
    else
      this.#log.error({ reason: misfit }, 'this release cannot use the tables as they are now: the node is not ready');
  }
}
