import type { NewApiKey } from '../../application/ports/api-key-store.ts';
import type { ApiKey, ApiKeyKind } from '../../domain/api-key.ts';
import { columnsOfTable } from '../tables.ts';
import { ApiKeyEntity } from './api-key-entity.ts';

/** What no key has yet. */
const UNUSED = ['ownerId', 'approverId', 'label', 'isLimited'] as const;

/** What a key is stored with. */
export const API_KEY_ROW = columnsOfTable(ApiKeyEntity, { without: UNUSED });

/** What is answered of a key: all but its hash. */
export const API_KEY = columnsOfTable(ApiKeyEntity, { without: [...UNUSED, 'hash'] });

type ApiKeyRow = NonNullable<(typeof API_KEY)['row']>;

/** A property is the key's field of that name, but for its holder. */
export const toApiKey = ({ agentId, senderId, ...fields }: ApiKeyRow): ApiKey => ({
  ...fields,
  kind: agentId === null ? 'SENDER' : 'AGENT',
  holderId: agentId ?? senderId ?? '',
});

/** The same the other way round, for a key that is made now. */
export const newKeyRow = (holder: { readonly kind: ApiKeyKind; readonly id: string }, key: NewApiKey, at: Date) => {
  const { kind: _, ...fields } = key;
  return {
    ...fields,
    agentId: holder.kind === 'AGENT' ? holder.id : null,
    senderId: holder.kind === 'SENDER' ? holder.id : null,
    createdAt: at,
    lastUsedAt: null,
    revokedAt: null,
  };
};
