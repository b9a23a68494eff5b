import { type Endpoints, endpointsOf } from './endpoints.ts';

const URLS_MAX = 32;

/** One URL of a platform, or several of it: its nodes, or its entrances. */
export type PlatformUrl = string | readonly string[];

/** Where each of the URLs leads. Throws a TypeError that says what is wrong. */
export function endpointsOfAll(url: PlatformUrl): readonly [Endpoints, ...Endpoints[]] {
  const urls: readonly string[] = Array.isArray(url) ? url : [url];
  if (urls.length > URLS_MAX) throw new TypeError(`url must be at most ${URLS_MAX} URLs`);
  const [first, ...others] = urls.map(endpointsOf);
  if (!first) throw new TypeError('url must be a URL, or at least one of several');
  return [first, ...others];
}

/** The URLs of a platform, of which one is used for as long as it answers. Whoever shares them leaves one together. */
export class PlatformUrls {
  readonly #all: readonly [Endpoints, ...Endpoints[]];
  #current: Endpoints;

  constructor(url: PlatformUrl) {
    this.#all = endpointsOfAll(url);
    [this.#current] = this.#all;
  }

  get count(): number {
    return this.#all.length;
  }

  /** The one that is used now. */
  get current(): Endpoints {
    return this.#current;
  }

  /** It does not answer: the next one is used, unless somebody else has left it meanwhile. */
  leave(failed: Endpoints): void {
    if (failed !== this.#current) return;
    const next = (this.#all.indexOf(failed) + 1) % this.#all.length;
    this.#current = this.#all[next] ?? failed;
  }
}
