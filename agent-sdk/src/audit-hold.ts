import type { CheckpointStore, KeptCheckpoint } from './checkpoint-store.ts';
import type { Clock } from './clock.ts';
import { AuditMismatchError, type AuditMismatchKind, NotSealedError, PlatformError } from './errors.ts';
import { AuditConsistencyDocument } from './generated/graphql.ts';
import { provesConsistency } from './generated/merkle.ts';
import { type Checkpoint, openCheckpoint, readVerifier } from './generated/signed-note.ts';
import { executeOverHttp, type GraphqlHttpOptions } from './graphql-http.ts';

/** How a platform is held to its audit trail. */
export interface AuditTrust {
  /** Where the last checkpoint is kept. */
  readonly store: CheckpointStore;
  /**
   * The verifier keys that may have signed checkpoints, got from elsewhere than the platform (`name+id+key`).
   * @default those that the platform shows at first; another one later counts once it is announced, and nothing else changed
   */
  readonly keys?: readonly string[] | undefined;
}

/** Whose trail it is, and how it is held to it. */
export interface TrailCheck {
  readonly http: GraphqlHttpOptions;
  /** By which its checkpoint is kept. */
  readonly platform: string;
  readonly trust: AuditTrust;
  readonly clock: Clock;
}

/** What was kept of a trail, opened. */
export interface KeptTrail {
  readonly kept: KeptCheckpoint;
  readonly checkpoint: Checkpoint;
}

/** What a platform shows of its trail. */
export interface ShownTrail {
  readonly note: string;
  /** The current one first. */
  readonly keys: readonly { readonly key: string }[];
}

export interface HeldTrail {
  readonly checkpoint: Checkpoint;
  /** Keys that the platform has announced since, and that are trusted from now on. */
  readonly newKeys: readonly string[];
}

/** A note of two signatures has less than 1,000 characters. */
const NOTE_MAX_CHARACTERS = 16_384;
/** Of the keys that a platform shows so many are looked at, and as many are kept. */
const KEYS_MAX = 200;
const KEY_MAX_CHARACTERS = 256;
/** No proof has more hashes, of 44 characters each. */
const PROOF_MAX_HASHES = 128;
const HASH_MAX_CHARACTERS = 64;
/** So often what is kept may have been replaced by others while it was compared. */
const ROUNDS_MAX = 5;

/** Throws a TypeError where one of them is no key of a verifier. */
export function checkVerifiers(keys: readonly string[] | undefined): void {
  if (keys?.length === 0 || keys?.every(isVerifier) === false) {
    throw new TypeError('keys must be verifier keys of the audit trail, as in clawcierge/…+0123abcd+AQ…');
  }
}

const isVerifier = (key: string): boolean => key.length <= KEY_MAX_CHARACTERS && readVerifier(key) !== null;

/** To be asked before the platform is: what others find meanwhile may be newer than its answer. */
export async function keptTrail({
  platform,
  trust,
}: Pick<TrailCheck, 'platform' | 'trust'>): Promise<KeptTrail | null> {
  const kept = await trust.store.load(platform);
  if (kept === null) return null;
  const checkpoint = openCheckpoint(kept.note, kept.keys);
  // It was right when it was kept: if it is not now, somebody has changed it here.
  if (checkpoint === null)
    throw new Error(`What was kept for ${platform} is no checkpoint that its own keys have signed.`);
  return { kept, checkpoint };
}

/** That what a platform shows is not what was kept of it. */
export function mismatchOf(
  platform: string,
  kept: KeptTrail | null,
  seen: string,
): (kind: AuditMismatchKind, message: string, proof?: readonly string[] | null) => AuditMismatchError {
  return (kind, message, proof = null) =>
    new AuditMismatchError(kind, message, {
      platform,
      kept: kept?.kept.note ?? null,
      seen: seen.slice(0, NOTE_MAX_CHARACTERS),
      proof: proof?.slice(0, PROOF_MAX_HASHES).map((hash) => hash.slice(0, HASH_MAX_CHARACTERS)) ?? null,
    });
}

/**
 * Holds the checkpoint that a platform shows to the one that was kept, and keeps the newer one. One that is older is of the same tree, too,
 * where that may be (`orOlder`). Throws AuditMismatchError; what was kept stays then.
 */
export async function holdTrail(
  check: TrailCheck,
  kept: KeptTrail | null,
  shown: ShownTrail,
  { orOlder = false, signal }: { readonly orOlder?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<HeldTrail> {
  const { store } = check.trust;
  let held = await hold(check, kept, shown, { orOlder, signal });
  let { newKeys } = held;
  let before = kept;
  for (let rounds = 1; rounds <= ROUNDS_MAX; rounds += 1) {
    const later = await keptTrail(check);
    if (later !== null && later.kept.note !== before?.kept.note) {
      // Others were shown that meanwhile: of the same tree, or the platform shows several.
      ({ newKeys } = await hold(check, later, shown, { orOlder: true, signal }));
      // What others were told of, too, is no news.
      held = { ...held, newKeys: newKeys.filter((key) => held.newKeys.includes(key)) };
      before = later;
    }
    if (before !== null && before.checkpoint.size > held.checkpoint.size) return held;
    const keys = [...trustedBy(check.trust, before, shown), ...newKeys].slice(-KEYS_MAX);
    const checkedAt = new Date(check.clock.now()).toISOString();
    const replaces = later?.kept.note ?? null;
    if ((await store.save(check.platform, { note: shown.note, keys, checkedAt }, replaces)) !== false) return held;
  }
  return held;
}

const announcedBy = ({ keys }: ShownTrail): readonly string[] =>
  keys.slice(0, KEYS_MAX).flatMap(({ key }) => (isVerifier(key) ? [key] : []));

const trustedBy = (trust: AuditTrust, kept: KeptTrail | null, shown: ShownTrail): readonly string[] =>
  trust.keys ?? kept?.kept.keys ?? announcedBy(shown);

async function hold(
  { http, platform, trust }: TrailCheck,
  kept: KeptTrail | null,
  shown: ShownTrail,
  { orOlder, signal }: { readonly orOlder: boolean; readonly signal: AbortSignal | undefined },
): Promise<HeldTrail> {
  const { note } = shown;
  const mismatch = mismatchOf(platform, kept, note);
  const announced = announcedBy(shown);
  const isTooLong = note.length > NOTE_MAX_CHARACTERS;
  const known = isTooLong ? null : openCheckpoint(note, trustedBy(trust, kept, shown));
  const checkpoint = known ?? (isTooLong ? null : openCheckpoint(note, announced));
  if (checkpoint === null) throw mismatch('unsigned', 'it is signed by no key that is known.');
  if (known === null && trust.keys !== undefined) {
    throw mismatch('unknown_key', 'it is signed by none of the keys that were given, but by another one.');
  }
  if (kept !== null) {
    const { size, root, origin } = checkpoint;
    const before = kept.checkpoint;
    if (origin !== before.origin) throw mismatch('other_trail', `it is of ${origin}, and was of ${before.origin}.`);
    if (size < before.size && !orOlder) throw mismatch('smaller', `it has ${size} entries, and had ${before.size}.`);
    if (size === before.size && !root.equals(before.root)) {
      throw mismatch('fork', `its ${size} entries are not those that it had when it was of the same size.`);
    }
    if (size !== before.size) {
      const [earlier, later] = size < before.size ? [checkpoint, before] : [before, checkpoint];
      const proof = await consistencyOf(http, earlier.size, later.size, signal);
      if (proof === null || !provesConsistency(proof.map(toBytes), earlier, later)) {
        throw mismatch('unproven', `it has ${size} entries, and cannot show the ${before.size} that it had.`, proof);
      }
    }
  }
  const newKeys = known === null ? announced.filter((key) => openCheckpoint(note, [key]) !== null) : [];
  return { checkpoint, newKeys };
}

/** Null where the platform says that there is none. */
async function consistencyOf(
  http: GraphqlHttpOptions,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  if (from === 0) return [];
  try {
    const { auditConsistency } = await executeOverHttp(http, AuditConsistencyDocument, { from, to }, signal);
    return auditConsistency;
  } catch (error) {
    // It has just shown a checkpoint of that size.
    if (error instanceof NotSealedError) return null;
    if (error instanceof PlatformError && error.code === 'INVALID_INPUT') return null;
    throw error;
  }
}

const toBytes = (text: string): Buffer => Buffer.from(text, 'base64');
