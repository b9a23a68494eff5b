import { API_KEY_SCOPES, type ApiKeyKind } from '../../domain/api-key.ts';
import { newId } from '../../domain/new-id.ts';
import type { Scope } from '../../domain/scope.ts';
import type { NewApiKey } from '../ports/api-key-store.ts';
import { mintApiKey } from './api-key-format.ts';

type Options = {
  /** What it may do; all that keys of its kind may where that is null. */
  readonly only?: ReadonlySet<Scope> | null;
  readonly label?: string | null;
};

/** A fresh key: what is stored of it, and its text, which is shown once. */
export function newApiKey(
  kind: ApiKeyKind,
  expiresAt: Date | null,
  { only = null, label = null }: Options = {},
): { key: NewApiKey; text: string } {
  const all = API_KEY_SCOPES[kind];
  const scopes = all.filter((scope) => only?.has(scope) ?? true);
  const isLimited = scopes.length < all.length;
  const { text, prefix, hash } = mintApiKey(kind, { isLimited });
  return { key: { id: newId(), kind, hash, prefix, scopes, isLimited, label, expiresAt }, text };
}
