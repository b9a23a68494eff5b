import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import { forbidden, hasScope, KEYS_SCOPES, lacking } from '../../application/access.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Principal } from '../../domain/principal.ts';
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
    case 'keyHolder':
      return forbidden(principal, missing.scope);
    case 'scope':
      return lacking(missing.parameter as Scope);
    case 'keysManager':
      return principal.kind === 'admin' ? forbidden(principal, 'keyHolder') : lacking(KEYS_SCOPES[principal.kind]);
    case 'managerOf':
      return lacksManaging(principal) ? lacking('agent:manage') : forbidden(principal, 'agentItself');
    default:
      return forbidden(principal, 'agentItself');
  }
}

const lacksManaging = (principal: Principal): boolean =>
  principal.kind === 'agent' && !hasScope(principal, 'agent:manage');

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
