import { verifierText } from '../../domain/signed-note.ts';
import type { AuditCheckpoint, AuditStore } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { AuditTrust, NewcomersTrust, Signer } from '../ports/signer.ts';
import { areHeadsDue, beginRound, mismatchOf, signedBy } from './seal-entries.ts';

/** Entries that one transaction seals. */
const ROUND_MAX = 2_000;
/** So long entries may wait, and transactions below the horizon go on, before somebody is told. */
const PATIENCE_MS = 60_000;

/** So many keys are told in one line. */
const TOLD_MAX = 10;

type Dependencies = {
  readonly audit: AuditStore;
  /** Null where the node has no key: another one seals. */
  readonly signer: Signer | null;
  readonly auditTrust: AuditTrust;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Hears of each new checkpoint. */
  readonly onCheckpoint?: (checkpoint: AuditCheckpoint) => void;
};

/** What a node knows of the audit trail's sealing. */
export type AuditState = {
  /** Why this node seals no more: the tree is not what its newest checkpoint says. Null where it is. */
  readonly mismatch: string | null;
  /** When the entry was written that has waited for longest to be sealed; null where none waits. */
  readonly unsealedSince: Date | null;
  /** Entries in the tree. */
  readonly size: number;
  /** The keys that the trail names and this node does not know: whoever can write into the database can name one. */
  readonly unknownKeys: readonly string[];
  /** What this node signs with, as a verifier takes it; null where it has none, and before it looked at the trail. */
  readonly key: string | null;
};

/**
 * Gives entries their places in the tree, and signs what it has become. Every node has one; whichever comes first seals what is
 * there. On a tree that is not what its newest checkpoint says none builds any further.
 */
export class AuditSealer {
  readonly #deps: Dependencies;
  #mismatch: string | null = null;
  #unsealedSince: Date | null = null;
  #size = 0;
  #horizon = { value: '', since: 0, isTold: false };
  /** Of these keys one has signed what this node builds on, its own being the first. */
  #known: readonly string[] = [];
  #unknownKeys: readonly string[] = [];
  #newcomer: NewcomersTrust | null;
  #hasBegun = false;
  #hasFoundRight = false;
  #areHeadsDue = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#newcomer = deps.auditTrust.newcomer;
  }

  get state(): AuditState {
    return {
      mismatch: this.#mismatch,
      unsealedSince: this.#unsealedSince,
      size: this.#size,
      unknownKeys: this.#unknownKeys,
      key: this.#known[0] ?? null,
    };
  }

  /** Whether this node has looked at the trail, and found it to be what its newest checkpoint says. */
  get isRight(): boolean {
    return this.#hasFoundRight;
  }

  /** Whether entries are sealed as they come. */
  get isKeepingUp(): boolean {
    const waitedMs =
      this.#unsealedSince === null ? 0 : this.#deps.clock.now().getTime() - this.#unsealedSince.getTime();
    return this.#mismatch === null && waitedMs <= PATIENCE_MS;
  }

  /** Seals what there is to seal, until the signal says that it is enough. */
  async run(signal: AbortSignal): Promise<void> {
    const { audit, signer } = this.#deps;
    await this.#look();
    if (signer === null || (this.#hasBegun && this.#unsealedSince === null && !this.#areHeadsDue)) return;
    if (!this.#hasBegun) await this.#begin(signer);
    const before = this.#size;
    let sealed: number | null;
    do sealed = await this.#round(signer);
    while (sealed === ROUND_MAX && !signal.aborted);
    if (sealed !== null) await this.#look();
    if (sealed !== null && this.#size > before) {
      const checkpoint = await audit.checkpoint();
      if (checkpoint !== null) this.#deps.onCheckpoint?.(checkpoint);
    }
  }

  /** Whether this node's key has signed it, so that it is no newcomer. */
  #isOurs({ note }: AuditCheckpoint): boolean {
    const isOurs = signedBy(note, this.#known.slice(0, 1)) !== null;
    if (isOurs) this.#endNewcomer();
    return isOurs;
  }

  #endNewcomer(): void {
    this.#newcomer?.end();
    this.#newcomer = null;
  }

  async #begin(signer: Signer): Promise<void> {
    const { audit, clock, log, auditTrust } = this.#deps;
    const { origin } = await audit.begin();
    const verifier = verifierText(origin, signer.publicKey);
    const before = auditTrust.ownBefore.map((publicKey) => verifierText(origin, publicKey));
    this.#known = [verifier, ...before, ...auditTrust.verifiers];
    const newest = await audit.checkpoint();
    if (newest !== null) {
      // Where keys are named a newcomer takes one of them, and goes by it also when they are named no more; else what it finds.
      const named = signedBy(newest.note, auditTrust.verifiers);
      let found: string | null = null;
      if (!this.#isOurs(newest)) {
        found = signedBy(newest.note, [...this.#known, ...(await audit.verifiers())]);
        log.warn({ verifier, found }, 'the audit trail was last signed with another key than this node has');
      }
      const taken = auditTrust.verifiers.length > 0 ? named : (this.#newcomer?.taken() ?? found);
      if (this.#newcomer !== null && taken !== null) {
        this.#newcomer.take(taken);
        this.#known = [...this.#known, taken];
      }
    }
    await audit.announceKey(verifier, clock.now());
    this.#hasBegun = true;
  }

  /** Of one page of entries; null where nothing was sealed, because another node is at it or the tree is not what it should be. */
  async #round(signer: Signer): Promise<number | null> {
    const { audit, clock, metrics } = this.#deps;
    const announced = await audit.verifiers();
    this.#tellUnknown(announced.filter((key) => !this.#known.includes(key)));
    const begun = clock.monotonic();
    let hasSigned = false;
    const sealed = await audit.seal(ROUND_MAX, {
      isRight: (base) => {
        this.#tell(mismatchOf(base, { known: this.#known, announced }));
        this.#hasFoundRight = this.#mismatch === null;
        return this.#mismatch === null;
      },
      headsAt: ({ checkpoint }) => {
        const now = clock.now();
        return areHeadsDue(checkpoint?.at ?? null, now) ? now : null;
      },
      begin: (base) => {
        const round = beginRound(base, { signer, at: clock.now() });
        const end = () => {
          const ended = round.end();
          hasSigned = ended.checkpoint.size > base.tree.size;
          return ended;
        };
        return { ...round, end };
      },
    });
    if (sealed !== null) {
      // Not by the newest checkpoint, which another node may have signed by now.
      if (hasSigned) this.#endNewcomer();
      metrics.auditSealed.add(sealed);
      metrics.auditRounds.observe((clock.monotonic() - begun) / 1_000);
    }
    return sealed;
  }

  #tellUnknown(unknownKeys: readonly string[]): void {
    const verifiers = unknownKeys.filter((key) => !this.#unknownKeys.includes(key));
    this.#unknownKeys = unknownKeys;
    if (verifiers.length === 0) return;
    this.#deps.log.warn(
      { verifiers: verifiers.slice(0, TOLD_MAX), count: unknownKeys.length },
      'the audit trail names keys that this node does not know',
    );
  }

  #tell(mismatch: string | null): void {
    if (mismatch === this.#mismatch) return;
    this.#mismatch = mismatch;
    const { log } = this.#deps;
    if (mismatch === null) log.info({}, 'the audit trail is what its newest checkpoint says again');
    else {
      log.error({ mismatch }, 'the audit trail is not what its newest checkpoint says, so nothing is sealed');
    }
  }

  async #look(): Promise<void> {
    const { audit, clock, log } = this.#deps;
    const { tree, unsealedSince, signedAt, horizon } = await audit.progress();
    this.#areHeadsDue = areHeadsDue(signedAt, clock.now());
    this.#unsealedSince = unsealedSince;
    this.#size = tree?.size ?? 0;
    const now = clock.monotonic();
    if (horizon !== this.#horizon.value || unsealedSince === null) {
      this.#horizon = { value: horizon, since: now, isTold: false };
    } else if (now - this.#horizon.since > PATIENCE_MS && !this.#horizon.isTold) {
      this.#horizon.isTold = true;
      log.warn({ horizon, unsealedSince }, 'entries of the audit trail wait for a transaction that does not end');
    }
  }
}
