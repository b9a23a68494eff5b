import { API_KEY_SCOPES, type ApiKeyKind } from '../../domain/api-key.ts';
import { newId } from '../../domain/new-id.ts';
import type { Scope } from '../../domain/scope.ts';
import type { NewApiKey } from '../ports/api-key-store.ts';
import { mintApiKey } from './api-key-format.ts';

/**
 * A fresh key: what is stored of it, and its text, which is shown once. It may do all that keys of its kind may, or only
 * some of it.
 */
export function newApiKey(
  kind: ApiKeyKind,
  expiresAt: Date | null,
  only: ReadonlySet<Scope> | null = null,
): { key: NewApiKey; text: string } {
  const { text, prefix, hash } = mintApiKey(kind);
  const all = API_KEY_SCOPES[kind];
  const scopes = all.filter((scope) => only?.has(scope) ?? true);
  const isLimited = scopes.length < all.length;
  return { key: { id: newId(), kind, hash, prefix, scopes, isLimited, label: null, expiresAt }, text };
}
