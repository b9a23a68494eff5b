import { isDeepStrictEqual } from 'node:util';
import { trailCheckOf } from './audit-check.ts';
import type { AuditEntry } from './audit-entries.ts';
import { type AuditTrust, holdTrail, keptTrail, mismatchOf } from './audit-hold.ts';
import { AuditProofDocument } from './generated/graphql.ts';
import { leafHash, provesInclusion } from './generated/merkle.ts';
import { readProof } from './generated/signed-note.ts';
import { executeOverHttp } from './graphql-http.ts';
import type { KeyOptions } from './keys.ts';

export interface ProveAuditEntryOptions extends KeyOptions, AuditTrust {
  /** What is to be proved. What it has besides its id and its canonical text is held to that text. */
  readonly entry: Pick<AuditEntry, 'id' | 'canonical'> & Partial<AuditEntry>;
}

/** A proof, as the platform gave it and as it was checked. */
export interface AuditProof {
  /** A tlog-proof, as C2SP has it. */
  readonly text: string;
  /** The entry's place in the tree, counted from 0. */
  readonly index: number;
  /** How many entries the tree has that it is proved to be in. */
  readonly size: number;
  /** Keys that the platform has announced since it was held to its trail before, and that are trusted from now on. */
  readonly newKeys: readonly string[];
}

/**
 * Has the platform prove that an entry is on record, and checks it: what the entry says is that entry's, and is in the tree of a checkpoint
 * that is held to the one in `store` as by checkAuditTrail, and kept in its place if it is newer. Throws AuditMismatchError where it is
 * not, AuditEntryNotFoundError, and NotSealedError while there is no proof yet.
 */
export async function proveAuditEntry(options: ProveAuditEntryOptions): Promise<AuditProof> {
  const { entry } = options;
  const { id, canonical } = entry;
  const check = trailCheckOf(options);
  if (canonical === null) throw new TypeError('entry must have its canonical text, which it has once it is sealed');
  const before = await keptTrail(check);
  const { auditProof: text, auditKeys: keys } = await executeOverHttp(check.http, AuditProofDocument, { entryId: id });
  const { index, proof, checkpoint: note } = readProof(text) ?? { index: -1, proof: [], checkpoint: '' };
  const { checkpoint, newKeys } = await holdTrail(check, before, { note, keys }, { orOlder: true });
  const mismatch = mismatchOf(check.platform, before, note);
  const { size, root } = checkpoint;
  if (!provesInclusion(proof, { leaf: leafHash(canonical), index, size, root })) {
    const hashes = proof.map((each) => each.toString('base64'));
    throw mismatch('unproven', `entry ${id} is not in it.`, hashes);
  }
  const other = differenceOf(entry, index, canonical);
  if (other !== null) throw mismatch('other_entry', `what is on record as entry ${id} has another ${other}.`);
  return { text, index, size, newKeys };
}

/** What the text that is proved says otherwise than the entry, by its name in the text; null where both say the same. */
function differenceOf(entry: ProveAuditEntryOptions['entry'], index: number, canonical: string): string | null {
  const text = parsed(canonical);
  // A text with a member twice can be read in two ways.
  if (JSON.stringify(text) !== canonical) return 'form';
  const { actor, at } = entry;
  const said: Readonly<Record<string, unknown>> = {
    id: entry.id,
    index: entry.index ?? index,
    type: entry.type,
    at: at && instantOf(at),
    actor: actor && { id: actor.id, key: actor.keyId, kind: actor.kind },
    subject: entry.subject,
    agent: entry.agentId,
    sender: entry.senderId,
    request: entry.requestId,
    data: entry.data,
  };
  if (text.index !== index) return 'index';
  const differing = Object.entries(said).find(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, text[name]),
  );
  return differing?.[0] ?? null;
}

/** As entries have it. */
function instantOf(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
