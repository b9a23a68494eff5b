import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';

/** Keys remembered between two flushes; over it the use of further keys is not recorded until the next one. */
const MAX = 10_000;

/** When keys were last used, written together every now and then instead of at every call. */
export class KeyUse {
  readonly #apiKeys: ApiKeyStore;
  readonly #clock: Clock;
  #usedAt = new Map<string, Date>();

  constructor(apiKeys: ApiKeyStore, clock: Clock) {
    this.#apiKeys = apiKeys;
    this.#clock = clock;
  }

  record(apiKeyId: string): void {
    if (this.#usedAt.size < MAX || this.#usedAt.has(apiKeyId)) this.#usedAt.set(apiKeyId, this.#clock.now());
  }

  async flush(): Promise<void> {
    if (this.#usedAt.size === 0) return;
    const usedAt = this.#usedAt;
    this.#usedAt = new Map();
    await this.#apiKeys.touch(usedAt);
  }
}
