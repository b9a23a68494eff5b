import { describe, expect, it } from 'vitest';
import { SCOPES_OF, scopeWords } from '../../admin-ui/src/keys/scopes.ts';
import { API_KEY_SCOPES } from '../../src/domain/api-key.ts';

describe('what keys may do, in the admin UI', () => {
  it('is what the platform lets each kind do, in words', () => {
    expect(SCOPES_OF).toEqual(API_KEY_SCOPES);
    const scopes = Object.values(API_KEY_SCOPES).flat();
    expect(scopes.filter((scope) => scopeWords(scope) === scope)).toEqual([]);
  });
});
