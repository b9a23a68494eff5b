import { API_KEY_SCOPES, type ApiKeyKind } from '../../domain/api-key.ts';
import { newId } from '../../domain/new-id.ts';
import type { NewApiKey } from '../ports/api-key-store.ts';
import { mintApiKey } from './api-key-format.ts';

/** A fresh key: what is stored of it, and its text, which is shown once. */
export function newApiKey(kind: ApiKeyKind, expiresAt: Date | null): { key: NewApiKey; text: string } {
  const { text, prefix, hash } = mintApiKey(kind);
  const scopes = API_KEY_SCOPES[kind];
  return { key: { id: newId(), kind, hash, prefix, scopes, isLimited: false, label: null, expiresAt }, text };
}
