import type { NewApiKey } from '../../application/ports/api-key-store.ts';
import { type ApiKey, type ApiKeyKind, effectiveScopes } from '../../domain/api-key.ts';
import { columnsOfTable } from '../tables.ts';
import { ApiKeyEntity } from './api-key-entity.ts';

/** What a key is stored with. */
export const API_KEY_ROW = columnsOfTable(ApiKeyEntity);

/** What is answered of a key: all but its hash, and what the audit trail has of it. */
export const API_KEY = columnsOfTable(ApiKeyEntity, { without: ['hash', 'isEndNoted'] });

type ApiKeyRow = NonNullable<(typeof API_KEY)['row']>;

/** A property is the key's field of that name, but for its holder, which is in one of four, and what follows from that. */
export const toApiKey = ({ agentId, senderId, ownerId, approverId, ...fields }: ApiKeyRow): ApiKey => {
  const ofKind = (kind: ApiKeyKind, holderId: string) => ({
    ...fields,
    kind,
    holderId,
    scopes: effectiveScopes(kind, fields),
  });
  if (agentId !== null) return ofKind('AGENT', agentId);
  if (senderId !== null) return ofKind('SENDER', senderId);
  if (ownerId !== null) return ofKind('OWNER', ownerId);
  return ofKind('APPROVER', approverId ?? '');
};

/** The same the other way round, for a key that is made now. */
export const newKeyRow = (holderId: string, { kind, ...fields }: NewApiKey, at: Date) => ({
  ...fields,
  agentId: kind === 'AGENT' ? holderId : null,
  senderId: kind === 'SENDER' ? holderId : null,
  ownerId: kind === 'OWNER' ? holderId : null,
  approverId: kind === 'APPROVER' ? holderId : null,
  createdAt: at,
  lastUsedAt: null,
  revokedAt: null,
  isReplaced: false,
  isEndNoted: false,
});
