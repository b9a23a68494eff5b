import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import { widerNetworkOf } from '../../domain/network.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import { currentCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';

/** What a network's first failures wait for until they are written; the next ones wait twice as long, and so on. */
const FIRST_WAIT_MS = 60_000;
/** But no longer than this, after which a network is forgotten, too, if nothing has failed since. */
const WAIT_MAX_MS = 60 * 60_000;
/** Networks that a node tells apart; those of further ones are counted together. */
const NETWORKS_MAX = 100;
/** Stands for all that are not told apart. */
const OTHERS = '';

/** An API key that opened nothing, or a password, a code or a key that let nobody into the console. */
type What = 'keys' | 'logins';

type Tally = { keys: number; logins: number; since: Date; waitMs: number; dueAt: number; writtenAt: number | null };

type Dependencies = {
  readonly audit: Pick<AuditStore, 'note'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
};

/**
 * Counts credentials that opened nothing, by the network that they came from, and puts the counts on record. Whoever tries many writes
 * no more than whoever tries one, and ever less often; nothing is written while they try (docs/decisions/0083).
 */
export class FailedAuthentications {
  readonly #deps: Dependencies;
  readonly #tallies = new Map<string, Tally>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** One more, of the call that is served here. */
  count(what: What): void {
    const address = currentCall()?.address;
    this.#tallyOf(address === undefined ? OTHERS : widerNetworkOf(address))[what] += 1;
  }

  /** Writes the counts that are due, or all of them. What could not be written is written the next time. */
  async flush({ all = false } = {}): Promise<void> {
    const [at, now] = [this.#deps.clock.now(), this.#deps.clock.monotonic()];
    const taken: (readonly [string, Readonly<Tally>])[] = [];
    for (const [network, tally] of this.#tallies) {
      if (isNone(tally)) {
        if (tally.writtenAt !== null && now - tally.writtenAt >= WAIT_MAX_MS) this.#tallies.delete(network);
      } else if (all || tally.dueAt <= now) {
        taken.push([network, { ...tally }]);
        const waitMs = Math.min(tally.waitMs * 2, WAIT_MAX_MS);
        Object.assign(tally, { keys: 0, logins: 0, waitMs, dueAt: now + tally.waitMs, writtenAt: now });
      }
    }
    if (taken.length === 0) return;
    try {
      await this.#deps.audit.note(taken.map(([network, tally]) => entryOf(network, tally, at)));
    } catch (error) {
      for (const [network, { keys, logins, ...times }] of taken) {
        const tally = this.#tallyOf(network);
        Object.assign(tally, times, { keys: tally.keys + keys, logins: tally.logins + logins });
      }
      throw error;
    }
  }

  #tallyOf(network: string): Tally {
    const known = this.#tallies.get(network);
    if (known === undefined && network !== OTHERS && this.#tallies.size >= NETWORKS_MAX) return this.#tallyOf(OTHERS);
    const since = this.#deps.clock.now();
    if (known !== undefined) {
      if (isNone(known)) known.since = since;
      return known;
    }
    const dueAt = this.#deps.clock.monotonic() + FIRST_WAIT_MS;
    const tally: Tally = { keys: 0, logins: 0, since, waitMs: 2 * FIRST_WAIT_MS, dueAt, writtenAt: null };
    this.#tallies.set(network, tally);
    return tally;
  }
}

const isNone = ({ keys, logins }: Tally): boolean => keys + logins === 0;

const entryOf = (
  network: string,
  { keys, logins, since }: Tally,
  at: Date,
): NewAuditEntry<'authentication.failed'> => ({
  type: 'authentication.failed',
  at,
  actor: { kind: 'anonymous', id: null },
  subject: { kind: 'network', id: null },
  data: { keys, logins, since: since.toISOString(), isOneNetwork: network !== OTHERS },
  ...(network !== OTHERS && { details: { network } }),
});
