import type { CheckpointStore, KeptCheckpoint } from './checkpoint-store.ts';
import { type Clock, systemClock } from './clock.ts';
import { AuditMismatchError, type AuditMismatchKind, PlatformError } from './errors.ts';
import { AuditCheckpointDocument, AuditConsistencyDocument } from './generated/graphql.ts';
import { provesConsistency } from './generated/merkle.ts';
import { type Checkpoint, openCheckpoint, readVerifier } from './generated/signed-note.ts';
import { executeOverHttp, type GraphqlHttpOptions } from './graphql-http.ts';
import type { KeyOptions } from './keys.ts';
import { endpointsOfAll } from './platform-urls.ts';
import { httpOf } from './registry.ts';

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

export interface AuditCheckOptions extends KeyOptions, AuditTrust {}

/** What a check found, where all was well. */
export interface AuditCheck {
  /** The checkpoint that is kept from now on, as it was signed. */
  readonly note: string;
  /** Which trail it is: the same for as long as the platform keeps its database. */
  readonly origin: string;
  /** How many entries it has. */
  readonly size: number;
  /** In base64. */
  readonly root: string;
  /** Of the checkpoint that was kept before; null where there was none, so that nothing could be compared. */
  readonly sizeBefore: number | null;
  /** Keys that the platform has announced since, and that are trusted from now on. */
  readonly newKeys: readonly string[];
}

/** A note of two signatures has less than 1,000 characters. */
const NOTE_MAX_CHARACTERS = 16_384;
/** Of the keys that a platform shows, the current one first, so many are looked at: what is kept of it stays small. */
const KEYS_MAX = 200;
const KEY_MAX_CHARACTERS = 256;

/**
 * Asks a platform for its newest checkpoint, holds it to the one that was kept, and keeps it in its place. Throws
 * AuditMismatchError where the platform cannot show that all it has on record is still there, unchanged; what was kept stays then.
 */
export async function checkAuditTrail(options: AuditCheckOptions): Promise<AuditCheck> {
  const [{ base }] = endpointsOfAll(options.url);
  checkVerifiers(options.keys);
  return checkTrail({ http: httpOf(options, options.apiKey), platform: base, trust: options, clock: systemClock });
}

/** Throws a TypeError where one of them is no key of a verifier. */
export function checkVerifiers(keys: readonly string[] | undefined): void {
  if (keys?.length === 0 || keys?.every(isVerifier) === false) {
    throw new TypeError('keys must be verifier keys of the audit trail, as in clawcierge/…+0123abcd+AQ…');
  }
}

const isVerifier = (key: string): boolean => key.length <= KEY_MAX_CHARACTERS && readVerifier(key) !== null;

interface Check {
  readonly http: GraphqlHttpOptions;
  /** By which its checkpoint is kept. */
  readonly platform: string;
  readonly trust: AuditTrust;
  readonly clock: Clock;
}

export async function checkTrail({ http, platform, trust, clock }: Check, signal?: AbortSignal): Promise<AuditCheck> {
  const { store } = trust;
  // Before the platform is asked: what others find meanwhile may be newer than its answer.
  const kept = await store.load(platform);
  const before = kept && openKept(kept, platform);
  const shown = await executeOverHttp(http, AuditCheckpointDocument, {}, signal);
  const { note } = shown.auditCheckpoint;
  const mismatch = (kind: AuditMismatchKind, message: string, proof: readonly string[] | null = null) =>
    new AuditMismatchError(kind, message, { platform, kept: kept?.note ?? null, seen: note, proof });

  const announced = shown.auditKeys.slice(0, KEYS_MAX).flatMap(({ key }) => (isVerifier(key) ? [key] : []));
  const trusted = trust.keys ?? kept?.keys ?? announced;
  const { checkpoint, by } = openShown(note, trusted, announced);
  if (checkpoint === null) throw mismatch('unsigned', 'it is signed by no key that is known.');
  if (by === 'announced' && trust.keys !== undefined) {
    throw mismatch('unknown_key', 'it is signed by none of the keys that were given, but by another one.');
  }
  if (before !== null) {
    const { size, root, origin } = checkpoint;
    if (origin !== before.origin) throw mismatch('other_trail', `it is of ${origin}, and was of ${before.origin}.`);
    if (size < before.size) throw mismatch('smaller', `it has ${size} entries, and had ${before.size}.`);
    if (size === before.size && !root.equals(before.root)) {
      throw mismatch('fork', `its ${size} entries are not those that it had when it was of the same size.`);
    }
    if (size > before.size) {
      const proof = await consistencyOf(http, before.size, size, signal);
      if (proof === null || !provesConsistency(proof.map(toBytes), before, checkpoint)) {
        throw mismatch('unproven', `it has ${size} entries, and cannot show the ${before.size} that it had.`, proof);
      }
    }
  }

  const newKeys = by === 'announced' ? announced.filter((key) => openCheckpoint(note, [key]) !== null) : [];
  const later = kept === null ? null : await store.load(platform);
  const isOvertaken = later !== null && openKept(later, platform).size > checkpoint.size;
  if (!isOvertaken) {
    const checkedAt = new Date(clock.now()).toISOString();
    await store.save(platform, { note, keys: [...trusted, ...newKeys], checkedAt });
  }
  return {
    note,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: checkpoint.root.toString('base64'),
    sizeBefore: before?.size ?? null,
    newKeys,
  };
}

/** What was kept was right when it was: if it is not now, somebody has changed it here. */
function openKept({ note, keys }: KeptCheckpoint, platform: string): Checkpoint {
  const opened = openCheckpoint(note, keys);
  if (opened === null) throw new Error(`What was kept for ${platform} is no checkpoint that its own keys have signed.`);
  return opened;
}

function openShown(note: string, trusted: readonly string[], announced: readonly string[]) {
  if (note.length > NOTE_MAX_CHARACTERS) return { checkpoint: null, by: null };
  const checkpoint = openCheckpoint(note, trusted);
  if (checkpoint !== null) return { checkpoint, by: 'trusted' };
  return { checkpoint: openCheckpoint(note, announced), by: 'announced' };
}

/** Null where the platform says that there is none. */
export async function consistencyOf(
  http: GraphqlHttpOptions,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
) {
  try {
    const { auditConsistency } = await executeOverHttp(http, AuditConsistencyDocument, { from, to }, signal);
    return auditConsistency;
  } catch (error) {
    if (error instanceof PlatformError && REFUSES_PROOF.has(error.code)) return null;
    throw error;
  }
}

/** It has just shown a checkpoint of that size. */
const REFUSES_PROOF: ReadonlySet<string> = new Set(['INVALID_INPUT', 'NOT_SEALED']);

const toBytes = (text: string): Buffer => Buffer.from(text, 'base64');
