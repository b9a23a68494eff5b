import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DomainError } from '../../domain/domain-error.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { Scope } from '../../domain/scope.ts';
import { challengeOf } from '../unauthenticated.ts';

/** What every method takes, reading what is offered included. */
export const SCOPE: Scope = 'requests:submit';

/**
 * RFC 6750, section 3, with the scope that clients should ask for. `resource_metadata` (RFC 9728) is not in it: clients
 * that see it stop using the key that they were given, and there is no authorization server to send them to.
 */
export function challengeHeaders(error: DomainError, wasKeySent: boolean): Readonly<Record<string, string>> {
  const { 'www-authenticate': challenge } = challengeOf(error);
  if (challenge === undefined) return {};
  if (!(error instanceof UnauthenticatedError)) return { 'www-authenticate': challenge };
  const invalid = wasKeySent ? ', error="invalid_token"' : '';
  return { 'www-authenticate': `${challenge}, scope="${SCOPE}"${invalid}` };
}

/** Where clients look for an authorization server when they are answered 401, and what they then ask of it. */
const OAUTH_PATHS = [
  ['GET', '/.well-known/oauth-protected-resource'],
  ['GET', '/.well-known/oauth-protected-resource/mcp/:handle'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['GET', '/.well-known/oauth-authorization-server/mcp/:handle'],
  ['GET', '/.well-known/openid-configuration'],
  ['GET', '/.well-known/openid-configuration/mcp/:handle'],
  ['GET', '/mcp/:handle/.well-known/openid-configuration'],
  ['GET', '/authorize'],
  ['POST', '/register'],
  ['POST', '/token'],
] as const;

/** As an OAuth error (RFC 6749, section 5.2), since clients read it as one, and fail at what they cannot read. */
const NO_OAUTH = {
  error: 'invalid_request',
  error_description: 'This platform takes API keys as Bearer tokens; there is no OAuth here.',
};

/** Says that there is no OAuth wherever clients look for it. */
export function addOauthRefusals(scope: FastifyInstance): void {
  const refuse = async (_request: unknown, reply: FastifyReply) => reply.code(404).send(NO_OAUTH);
  // Before the body, which is a form at some of them.
  for (const [method, url] of OAUTH_PATHS) scope.route({ method, url, onRequest: refuse, handler: refuse });
}
