import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import { forbidden, type Needed } from '../../application/access.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { refusedHeader } from '../unauthenticated.ts';
import type { GraphQLContext } from './context.ts';

const NEEDED: ReadonlySet<string> = new Set(['admin', 'agent', 'keyHolder', 'ownerOf'] satisfies Needed[]);

/** Why a field is refused: what is wrong with the credential, or what it is not enough for. */
export function refusedScope(
  { principal, authorization }: Pick<GraphQLContext, 'principal' | 'authorization'>,
  failure: AuthFailure,
): DomainError {
  if (principal === null) return refusedHeader(authorization);
  const scope = scopeOf(failure);
  return forbidden(principal, NEEDED.has(scope) ? (scope as Needed) : 'ownerOf');
}

/** The first scope that was missing; fields state theirs alone or as a map of one. */
function scopeOf(failure: AuthFailure): string {
  switch (failure.kind) {
    case AuthScopeFailureType.AuthScope:
      return failure.scope;
    case AuthScopeFailureType.AllAuthScopes:
    case AuthScopeFailureType.AnyAuthScopes:
      return failure.failures.map(scopeOf).find((scope) => scope !== '') ?? '';
    default:
      return '';
  }
}
