import type { Changes } from '../changes/changes.ts';
import { CountedKeys, type Release } from '../counted-keys.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** A key that something was opened with, as it was known then. */
export type OpenKey = { readonly apiKeyId: string; readonly holderId: string; readonly expiresAt: Date | null };

type Dependencies = {
  readonly apiKeys: ApiKeyStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Which keys have something open on this node, so that a revocation whose hint got lost is seen all the same, and a new end
 * of a key reaches what was opened with it.
 */
export class OpenKeys {
  readonly #uses = new CountedKeys();
  readonly #known = new Map<string, OpenKey>();
  readonly #deps: Dependencies;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    deps.changes.subscribe('registry', '', (change) => {
      if (change.event !== 'holders-changed') return;
      const ofHolders = [...this.#known.values()].filter(({ holderId }) => change.holderIds.has(holderId));
      // The next look at all of them makes up for it.
      this.#check(ofHolders).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'keys that something is open with could not be read again yet'),
      );
    });
  }

  /** Something was opened with the key; answers the function to call when it is closed. */
  hold(key: OpenKey): Release {
    const { apiKeyId } = key;
    if (!this.#known.has(apiKeyId)) this.#known.set(apiKeyId, key);
    const release = this.#uses.hold(apiKeyId);
    return () => {
      release();
      if (this.#uses.count(apiKeyId) === 0) this.#known.delete(apiKeyId);
    };
  }

  /** Asks the store which of them still are valid and until when, and says of the others that they are not. */
  recheck(): Promise<void> {
    return this.#check([...this.#known.values()]);
  }

  async #check(keys: readonly OpenKey[]): Promise<void> {
    if (keys.length === 0) return;
    const { apiKeys, changes, clock } = this.#deps;
    const ends = await apiKeys.endsOfLive(
      keys.map(({ apiKeyId }) => apiKeyId),
      clock.now(),
    );
    const ended = keys.filter(({ apiKeyId }) => !ends.has(apiKeyId));
    const moved = keys.flatMap((key) => {
      const expiresAt = ends.get(key.apiKeyId);
      return expiresAt === undefined || expiresAt?.getTime() === this.#endOf(key) ? [] : [{ ...key, expiresAt }];
    });
    for (const key of moved) if (this.#known.has(key.apiKeyId)) this.#known.set(key.apiKeyId, key);
    // The other nodes ask by themselves.
    if (moved.length > 0) {
      const newEnds = new Map(moved.map(({ apiKeyId, expiresAt }) => [apiKeyId, expiresAt]));
      changes.tell('registry', '', { event: 'key-ends-moved', newEnds });
    }
    if (ended.length > 0) {
      changes.tell('registry', '', { event: 'keys-ended', apiKeyIds: new Set(ended.map(({ apiKeyId }) => apiKeyId)) });
    }
  }

  #endOf({ apiKeyId, expiresAt }: OpenKey): number | undefined {
    const known = this.#known.get(apiKeyId) ?? { expiresAt };
    return known.expiresAt?.getTime();
  }
}
