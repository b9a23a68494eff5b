import { hash } from 'node:crypto';
import type { AuditEntryType } from './audit-entry.ts';
import { leafHash, MerkleStack } from './merkle.ts';

/**
 * The map that `audit.heads` has the root of: what the newest entry of every agent and sender was, when the tree had a size. Its
 * leaves are ordered by salts that only the platform can compute, so a path tells nothing of whose the others are.
 */

/** The type of the entry that has its root. */
export const HEADS_ENTRY = 'audit.heads' satisfies AuditEntryType;

export const MAP_SECRET_BYTES = 32;

/** The newest entry of an agent or a sender: which of theirs it is, and its leaf in the trail's tree. */
export type Head = { readonly n: number; readonly leaf: Buffer };

/**
 * What stands for an agent or a sender in the map. Messages have one length, so that none goes on where another ends; PostgreSQL
 * computes the same.
 */
export const saltOf = (secret: Buffer, audience: string): Buffer =>
  hash('sha256', Buffer.concat([secret, Buffer.from(audience.replaceAll('-', ''), 'hex')]), 'buffer');

/** What a leaf of the map is the hash of (RFC 8785). */
export const headText = ({ audience, n, leaf, salt }: Head & { readonly audience: string; readonly salt: Buffer }) =>
  `{"audience":${JSON.stringify(audience)},"leaf":"${leaf.toString('base64')}","n":${n},"salt":"${salt.toString('base64')}"}`;

export type MapRoot = { readonly root: Buffer; readonly audiences: number };

/** The root of the map of these heads. */
export const rootOfMap = (secret: Buffer, heads: Iterable<readonly [audience: string, head: Head]>): MapRoot => {
  const salted = Array.from(heads, ([audience, head]) => ({ audience, ...head, salt: saltOf(secret, audience) }));
  salted.sort((one, other) => Buffer.compare(one.salt, other.salt));
  const tree = new MerkleStack();
  for (const each of salted) tree.append(leafHash(headText(each)));
  return { root: tree.root(), audiences: salted.length };
};

/** What an entry `audit.heads` says, and what its map is salted with, as its details have it. */
type HeadsEntry = { readonly index: unknown; readonly data: unknown; readonly details: unknown };

/**
 * What is wrong with such an entry, by the heads as they are before it; null where nothing is. Undefined where that cannot be
 * told, since what its map is salted with is not there.
 */
export const mapProblemOf = (
  { index, data, details }: HeadsEntry,
  heads: Iterable<readonly [audience: string, head: Head]>,
): string | null | undefined => {
  const { root, audiences, size } = { ...(data as Record<string, unknown>) };
  if (size !== index) return `is about the tree of ${String(size)} entries, and is not the next one`;
  const { secret } = { ...(details as Record<string, unknown> | null) };
  if (typeof secret !== 'string') return undefined;
  const found = rootOfMap(Buffer.from(secret, 'base64'), heads);
  const isSame = found.root.toString('base64') === root && found.audiences === audiences;
  return isSame ? null : 'has a root that is not that of the newest entries of each agent and sender';
};
