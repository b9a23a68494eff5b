import { createHash } from 'node:crypto';
import type { AuditActorKind, AuditEntryType, AuditFields, AuditSubjectKind } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';
import { instantText } from './instant-text.ts';
import { leafHash } from './merkle.ts';

export const DETAILS_SALT_BYTES = 16;

/** What an entry has of its details: nobody finds out by guessing what they were, once they and their salt are erased. */
export const detailsDigest = (salt: Buffer, details: AuditFields): Buffer =>
  createHash('sha256').update(salt).update(canonicalJson(details)).digest();

/** An entry as it was written. */
export type NotedEntry = {
  readonly entryId: string;
  readonly type: AuditEntryType;
  readonly at: Date;
  readonly node: string;
  readonly actorKind: AuditActorKind;
  readonly actorId: string | null;
  readonly keyId: string | null;
  readonly subjectKind: AuditSubjectKind;
  readonly subjectId: string | null;
  readonly agentId: string | null;
  readonly senderId: string | null;
  readonly requestId: string | null;
  readonly data: AuditFields;
  readonly detailsDigest: Buffer | null;
};

/** Its place among all entries, and among those of its agent and of its sender: the first of these is 1, and has none before it. */
export type EntryPlace = {
  readonly index: number;
  readonly agentN: number | null;
  readonly agentPrev: Buffer | null;
  readonly senderN: number | null;
  readonly senderPrev: Buffer | null;
};

export type SealedEntry = NotedEntry & EntryPlace;

/** The one form of an entry as JSON (RFC 8785): what its leaf is the hash of, and all that its agent and its sender see of it. */
export const entryText = (entry: SealedEntry): string => textAt(entry, entry);

const textAt = (entry: NotedEntry, place: EntryPlace): string =>
  `{"actor":{"id":${text(entry.actorId)},"key":${text(entry.keyId)},"kind":${text(entry.actorKind)}},` +
  `"agent":${text(entry.agentId)},"at":"${instantText(entry.at)}",` +
  `"chain":{"agent":${link(place.agentN, place.agentPrev)},"sender":${link(place.senderN, place.senderPrev)}},` +
  `"data":${canonicalJson(entry.data)},"details":${base64(entry.detailsDigest)},"id":${text(entry.entryId)},` +
  `"index":${place.index},"node":${text(entry.node)},"request":${text(entry.requestId)},` +
  `"sender":${text(entry.senderId)},"subject":{"id":${text(entry.subjectId)},"kind":${text(entry.subjectKind)}},` +
  `"type":${text(entry.type)},"v":1}`;

/** The leaf of an entry at that place. */
export const entryLeaf = (entry: NotedEntry, place: EntryPlace): Buffer => leafHash(textAt(entry, place));

const text = (value: string | null): string =>
  value !== null && NEEDS_NO_ESCAPE.test(value) ? `"${value}"` : JSON.stringify(value);

/** Ids and names of kinds: to look takes half of the time that writing them as JSON does. */
const NEEDS_NO_ESCAPE = /^[\w.:-]*$/;

const base64 = (bytes: Buffer | null): string => (bytes === null ? 'null' : `"${bytes.toString('base64')}"`);

const link = (n: number | null, prev: Buffer | null): string =>
  n === null ? 'null' : `{"n":${n},"prev":${base64(prev)}}`;
