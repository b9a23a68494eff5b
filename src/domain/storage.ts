import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';

const bytes = (description: string) =>
  Type.Number({ description: `${description}, each row counted as 1 KiB besides its texts.` });
const countedAt = nullable(instant('When that was counted last; null where it was not counted yet.'));

const maxBytes = nullable(Type.Number({ description: 'The most that may be; null for any number.' }));

/** What is stored of one agent. */
export const AGENT_STORAGE = Type.Object({
  bytes: bytes('What was asked of it, its documents, its keys and its approvals, in bytes'),
  maxBytes,
  sentBytes: bytes('What it asked of others, in bytes'),
  sentMaxBytes: nullable(Type.Number({ description: 'The most that may be, as of each sender; null for any number.' })),
  auditEntries: Type.Number({ description: 'Sealed entries of the audit trail about it. They count against nobody.' }),
  countedAt,
});
export type AgentStorage = ValueOf<typeof AGENT_STORAGE>;

/** What is stored of one sender, or of all agents of one owner. */
export const STORAGE_USE = Type.Object({ bytes: bytes('What is stored, in bytes'), maxBytes, countedAt });
export type StorageUse = ValueOf<typeof STORAGE_USE>;

/** What is stored of one kind. */
export const STORED_PART = Type.Object({
  kind: Type.String({ description: 'requests, contracts, policy_sets, keys, approvals, or audit: the trail.' }),
  rows: Type.Number({ description: 'How many there are.' }),
  bytes: bytes('What they take, in bytes'),
});
export type StoredPart = ValueOf<typeof STORED_PART>;

export const STORAGE_HOLDERS = ['SENDER', 'AGENT', 'OWNER'] as const;
export type StorageHolderKind = (typeof STORAGE_HOLDERS)[number];

/** Somebody of whom much is stored. */
export const STORAGE_HOLDER = Type.Object({
  kind: oneOf(STORAGE_HOLDERS, { description: 'What it is.' }),
  id: id('Which one.'),
  bytes: bytes('What is stored of it, in bytes'),
  maxBytes,
});
export type StorageHolder = ValueOf<typeof STORAGE_HOLDER>;

/** The same of whoever asks; an agent may be an agent and a sender. */
export const OWN_STORAGE = Type.Object({ ...STORAGE_HOLDER.properties, countedAt });
export type OwnStorage = ValueOf<typeof OWN_STORAGE>;

/** What is stored in all. */
export const PLATFORM_STORAGE = Type.Object({
  kinds: Type.Array(STORED_PART, { description: 'By kind.' }),
  maxBytes: nullable(Type.Number({ description: 'STORAGE_MAX_BYTES; null for any number.' })),
  part: Type.Number({
    description:
      'How much of that is stored: 1 is full, and from 0.95 on nothing new is taken. 0 where it has no bound.',
  }),
  countedAt,
});
export type PlatformStorage = ValueOf<typeof PLATFORM_STORAGE>;
