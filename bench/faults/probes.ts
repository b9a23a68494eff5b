import { setTimeout as wait } from 'node:timers/promises';

const EVERY_MS = 200;
const ANSWER_WITHIN_MS = 3_000;
/** Nothing was there, or it was silent. */
const NOTHING = 'none';

/** Asks every node again and again whether it is ready, as a load balancer does, and remembers what it said. */
export class Probes {
  readonly #seen: readonly string[][];
  readonly #looking: readonly Promise<void>[];
  #isOver = false;

  constructor(nodes: readonly { readonly url: string }[]) {
    this.#seen = nodes.map(() => []);
    this.#looking = nodes.map(({ url }, at) => this.#look(url, this.#seen[at] ?? []));
  }

  /** What each node said, one after the other, as in `200 503 200`. */
  async end(): Promise<readonly (readonly string[])[]> {
    this.#isOver = true;
    await Promise.all(this.#looking);
    return this.#seen;
  }

  async #look(url: string, seen: string[]): Promise<void> {
    while (!this.#isOver) {
      const said = await readiness(url);
      if (seen.at(-1) !== said) seen.push(said);
      await wait(EVERY_MS);
    }
  }
}

export async function readiness(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return String(response.status);
  } catch {
    return NOTHING;
  }
}
