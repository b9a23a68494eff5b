import { type Expression, type SqlBool, sql } from 'kysely';
import type { NewApiKey } from '../../application/ports/api-key-store.ts';
import type { Act } from '../../domain/actor.ts';
import type { ApiKey, ApiKeyKind } from '../../domain/api-key.ts';
import type { AuditActorKind, NewAuditEntry } from '../../domain/audit-entry.ts';
import { instantText } from '../../domain/instant-text.ts';
import { entryBy } from '../audit/entry-by.ts';

/** Whom a key's entries concern: its agent, or one of the agents of its owner where that is known, or its sender. */
const concernedBy = (kind: ApiKeyKind, holderId: string, agentId: string | null = null) => ({
  agentId: kind === 'AGENT' ? holderId : agentId,
  senderId: kind === 'SENDER' ? holderId : null,
});

/** What the audit trail says of a new key; `agentId` is one of its owner's, for a key of nobody in particular. */
export const keyCreated = (
  act: Act,
  holderId: string,
  { id, kind, scopes, isLimited, expiresAt }: NewApiKey,
  { agentId = null, replaces = null }: { readonly agentId?: string | null; readonly replaces?: string | null } = {},
): NewAuditEntry<'key.created'> => ({
  type: 'key.created',
  ...entryBy(act),
  subject: { kind: 'key', id },
  ...concernedBy(kind, holderId, agentId),
  data: {
    kind: kind.toLowerCase(),
    holder: holderId,
    scopes,
    isLimited,
    expiresAt: expiresAt && instantText(expiresAt),
    replaces,
  },
});

export const keyRevoked = (act: Act, { id, kind, holderId }: ApiKey): NewAuditEntry => ({
  type: 'key.revoked',
  ...entryBy(act),
  subject: { kind: 'key', id },
  ...concernedBy(kind, holderId),
  data: { kind: kind.toLowerCase(), holder: holderId },
});

/** Who holds a key in these rows, which have its columns by the names of their properties. */
export const holderOf = (rows: string) =>
  sql<string>`coalesce(${of(rows, 'agentId')}, ${of(rows, 'senderId')}, ${of(rows, 'ownerId')}, ${of(rows, 'approverId')})`;

export const kindOfHolder = (rows: string) => sql<AuditActorKind>`case
  when ${of(rows, 'agentId')} is not null then 'agent' when ${of(rows, 'senderId')} is not null then 'sender'
  when ${of(rows, 'ownerId')} is not null then 'owner' else 'approver' end`;

/** What an entry about such a key says of whom it concerns. */
export const aboutKey = (rows: string) =>
  ({
    subject: { kind: 'key', id: sql.ref<string>(`${rows}.id`) },
    agentId: of(rows, 'agentId'),
    senderId: of(rows, 'senderId'),
  }) as const;

/** What an entry about the end of a key is made of. */
export const END_COLUMNS = [
  'k.id',
  'k.agent_id as agentId',
  'k.sender_id as senderId',
  'k.owner_id as ownerId',
  'k.approver_id as approverId',
  'k.expires_at as expiresAt',
  'k.revoked_at as revokedAt',
  'k.is_replaced as isReplaced',
  'k.is_end_noted as isEndNoted',
] as const;

/** Whether it was not revoked before. */
export const isEndedByExpiry = (rows: string) =>
  sql<SqlBool>`(${of(rows, 'revokedAt')} is null or ${of(rows, 'revokedAt')} >= ${of(rows, 'expiresAt')})`;

/** What the audit trail says of a key that is over by its own end, in these rows; by the platform, which looks for those. */
export const keyExpired = (rows: string, at: Expression<Date>) =>
  ({
    type: 'key.expired',
    at,
    actor: { kind: 'platform', id: null },
    ...aboutKey(rows),
    data: {
      kind: kindOfHolder(rows),
      holder: holderOf(rows),
      expiresAt: sql<string>`to_char(${of(rows, 'expiresAt')} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      isReplaced: sql.ref<boolean>(`${rows}.isReplaced`),
    },
  }) as const;

const of = (rows: string, property: string) => sql.ref<string | null>(`${rows}.${property}`);
