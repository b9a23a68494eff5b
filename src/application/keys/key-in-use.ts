import { type ApiKey, isLive } from '../../domain/api-key.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

/**
 * The key that the caller comes with, as it is now; null for an administrator, and for nobody else. Throws UnauthenticatedError where
 * it has ended since the caller was let in with it: nothing is made with a key that is none any more.
 */
export async function keyInUse(apiKeys: Pick<ApiKeyStore, 'byId'>, known: Principal, at: Date): Promise<ApiKey | null> {
  if (known.kind === 'admin') return null;
  const key = await apiKeys.byId(known.apiKeyId);
  if (key === null || !isLive(key, at)) throw new UnauthenticatedError();
  return key;
}
