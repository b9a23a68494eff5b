import { type AuditTrust, checkVerifiers, holdTrail, keptTrail, type TrailCheck } from './audit-hold.ts';
import { systemClock } from './clock.ts';
import { AuditCheckpointDocument } from './generated/graphql.ts';
import { executeOverHttp } from './graphql-http.ts';
import type { KeyOptions } from './keys.ts';
import { endpointsOfAll } from './platform-urls.ts';
import { httpOf } from './registry.ts';

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

/**
 * Asks a platform for its newest checkpoint, holds it to the one that was kept, and keeps it in its place. Throws
 * AuditMismatchError where the platform cannot show that all it has on record is still there, unchanged; what was kept stays then.
 */
export async function checkAuditTrail(options: AuditCheckOptions): Promise<AuditCheck> {
  return checkTrail(trailCheckOf(options));
}

/** Throws a TypeError where the keys are none. */
export function trailCheckOf(options: AuditCheckOptions): TrailCheck {
  const [{ base }] = endpointsOfAll(options.url);
  checkVerifiers(options.keys);
  return { http: httpOf(options, options.apiKey), platform: base, trust: options, clock: systemClock };
}

export async function checkTrail(check: TrailCheck, signal?: AbortSignal): Promise<AuditCheck> {
  const before = await keptTrail(check);
  const { auditCheckpoint, auditKeys: keys } = await executeOverHttp(check.http, AuditCheckpointDocument, {}, signal);
  const { note } = auditCheckpoint;
  const { checkpoint, newKeys } = await holdTrail(check, before, { note, keys }, { signal });
  return {
    note,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: checkpoint.root.toString('base64'),
    sizeBefore: before?.checkpoint.size ?? null,
    newKeys,
  };
}
