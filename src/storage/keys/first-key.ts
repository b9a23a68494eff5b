import type { NewApiKey } from '../../application/ports/api-key-store.ts';

/** An owner's first key as the values that its owner's insert takes last: id, hash, prefix, scopes, expiry. */
export const firstKeyValues = ({ id, hash, prefix, scopes, expiresAt }: NewApiKey): readonly unknown[] => [
  id,
  hash,
  prefix,
  scopes,
  expiresAt?.toISOString() ?? null,
];
