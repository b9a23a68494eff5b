import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import { forbidden, hasScope, KEYS_SCOPES, lacking, managingScopeMissing } from '../../application/access.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Scope } from '../../domain/scope.ts';
import { refusedHeader } from '../unauthenticated.ts';
import type { GraphQLContext } from './context.ts';

/** Why a field is refused: what is wrong with the credential, or what it is not enough for. */
export function refusedScope(
  { principal, authorization }: Pick<GraphQLContext, 'principal' | 'authorization'>,
  failure: AuthFailure,
): DomainError {
  if (principal === null) return refusedHeader(authorization);
  const missing = missingOf(failure);
  switch (missing?.scope) {
    case 'admin':
    case 'agent':
    case 'approver':
    case 'keyHolder':
      return forbidden(principal, missing.scope);
    case 'scope':
      return lacking(principal, missing.parameter as Scope);
    case 'keysManager':
      return principal.kind === 'admin' || principal.kind === 'approver'
        ? forbidden(principal, 'keysManager')
        : lacking(principal, KEYS_SCOPES[principal.kind]);
    case 'ownerOrAdmin':
      return forbidden(principal, 'owner');
    case 'approversManager':
    case 'ownerItself':
    case 'ownerOf':
      if (principal.kind === 'owner' && !hasScope(principal, 'owner:manage')) return lacking(principal, 'owner:manage');
      return forbidden(principal, missing.scope === 'ownerOf' ? 'ownerOf' : 'ownerItself');
    default: {
      const scope = missing?.scope === 'managerOf' ? managingScopeMissing(principal) : null;
      return scope === null ? forbidden(principal, 'managerOf') : lacking(principal, scope);
    }
  }
}

/** The first of the builder's scopes that was missing. */
function missingOf(failure: AuthFailure): { readonly scope: string; readonly parameter: unknown } | null {
  switch (failure.kind) {
    case AuthScopeFailureType.AuthScope:
      return failure;
    case AuthScopeFailureType.AllAuthScopes:
    case AuthScopeFailureType.AnyAuthScopes:
      return failure.failures.map(missingOf).find((missing) => missing !== null) ?? null;
    default:
      return null;
  }
}
