import type { ApiKey } from '../../domain/api-key.ts';
import type { Principal } from '../../domain/principal.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

/** The key that the caller comes with; null for an administrator. */
export const keyInUse = async (apiKeys: Pick<ApiKeyStore, 'byId'>, known: Principal): Promise<ApiKey | null> =>
  known.kind === 'admin' ? null : apiKeys.byId(known.apiKeyId);
