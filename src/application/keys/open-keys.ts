import type { Changes } from '../changes/changes.ts';
import { CountedKeys, type Release } from '../counted-keys.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';

/** Which keys have something open on this node, so that a revocation whose hint got lost is seen all the same. */
export class OpenKeys {
  readonly #uses = new CountedKeys();
  readonly #deps: { readonly apiKeys: ApiKeyStore; readonly changes: Changes; readonly clock: Clock };

  constructor(deps: { readonly apiKeys: ApiKeyStore; readonly changes: Changes; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** Something was opened with the key; answers the function to call when it is closed. */
  hold(apiKeyId: string): Release {
    return this.#uses.hold(apiKeyId);
  }

  /** Asks the store which of them still are valid, and says of the others that they are not. */
  async recheck(): Promise<void> {
    const { apiKeys, changes, clock } = this.#deps;
    const ids = this.#uses.keys();
    if (ids.length === 0) return;
    const live = await apiKeys.liveIds(ids, clock.now());
    const ended = new Set(ids.filter((id) => !live.has(id)));
    // The other nodes ask by themselves.
    if (ended.size > 0) changes.tell('registry', '', { event: 'keys-ended', apiKeyIds: ended });
  }
}
