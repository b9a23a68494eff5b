import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import {
  forbidden,
  KEYS_SCOPES,
  requireAgent,
  requireAgentItself,
  requireKeysManager,
  requireScope,
  requireSubmitter,
} from '../../application/access.ts';
import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { SubmittingPrincipal } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
import { type Authenticate, bearerKey } from '../authenticate.ts';
import type { OpenStreams } from '../open-streams.ts';
import { refusedHeader } from '../unauthenticated.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request carries; set by the checks below. */
    keyHolder: SubmittingPrincipal | null;
  }
}

/** A Fastify scope whose routes are typed by their TypeBox schemas. */
export type RestScope = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type RestDependencies = {
  readonly app: Pick<Application, 'agents' | 'senders' | 'keys' | 'requests' | 'node'>;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  /** Answers that stay open, of every door. */
  readonly streams: OpenStreams;
  readonly checks: ReadinessChecks;
  readonly about: AboutPlatform;
};

/** `degraded`: the node does its work all the same. */
export type CheckState = 'ok' | 'degraded' | 'down';

/**
 * What a node must have to do its work, by the names that readiness shows. Anybody may ask, as often as they like: each
 * answers from what is known already, and asks nobody.
 */
export type ReadinessChecks = Readonly<Record<string, () => CheckState>>;

export type AboutPlatform = {
  readonly version: string;
  readonly description: string;
  /** Where outsiders reach it; what they asked by when it is not set. */
  readonly publicUrl: string | undefined;
  /** Whether GraphiQL is served. */
  readonly graphiql: boolean;
  readonly heartbeatIntervalSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
  readonly maxMessageBytes: number;
  /** What a result may have, as JSON, and a body that reports one. */
  readonly resultMaxBytes: number;
  readonly resultBodyMaxBytes: number;
};

/** A hook that lets in whose key has one of the scopes, by its kind. */
type KeyCheck = ((request: FastifyRequest) => Promise<void>) & { readonly scopes: readonly Scope[] };

const keyCheck = (scopes: readonly Scope[], check: (request: FastifyRequest) => Promise<void>): KeyCheck =>
  Object.assign(check, { scopes });

/**
 * Hooks that come before anything of the body is read, so that 401 and 403 come before 422. Only keys count here, never
 * a cookie: no page of another site can act through them. The rule itself is the use cases', which check it again.
 */
export function createKeyChecks({ app, authenticate }: Pick<RestDependencies, 'app' | 'authenticate'>) {
  async function keyHolderOf(request: FastifyRequest): Promise<SubmittingPrincipal> {
    const { authorization } = request.headers;
    const principal = await authenticate.byKey(bearerKey(authorization));
    if (principal === null) throw refusedHeader(authorization);
    request.keyHolder = requireSubmitter(principal);
    return request.keyHolder;
  }
  return {
    /** Anybody's key of that scope. */
    key: (scope: Scope) =>
      keyCheck([scope], async (request) => {
        requireScope(await keyHolderOf(request), scope);
      }),
    /** A key that may manage its holder's keys. */
    keysKey: keyCheck(Object.values(KEYS_SCOPES), async (request) => {
      requireKeysManager(await keyHolderOf(request));
    }),
    /** Any agent's key of that scope. */
    agentKey: (scope: Scope) =>
      keyCheck([scope], async (request) => {
        requireAgent(await keyHolderOf(request), scope);
      }),
    /** The key of the agent that `:id` names, by its id or its handle. */
    ownKey: (scope: Scope) =>
      keyCheck([scope], async (request) => {
        const principal = await keyHolderOf(request);
        const named = namedIn(request.params);
        if (named === null) throw forbidden(principal, 'agentItself');
        requireAgentItself(principal, isUuid(named) ? named : await app.agents.idOf(named), scope);
      }),
  };
}

/** Has the API document say of each operation which scopes its check asks for. */
export function documentScopes(scope: RestScope): void {
  scope.addHook('onRoute', (route) => {
    const { onRequest, schema } = route;
    if (schema && typeof onRequest === 'function' && 'scopes' in onRequest) {
      route.schema = { ...schema, 'x-scope': onRequest.scopes } as typeof schema;
    }
  });
}

export type KeyChecks = ReturnType<typeof createKeyChecks>;

const namedIn = (params: unknown): string | null =>
  typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string' ? params.id : null;

/** Who the checks found. */
export function keyHolder(request: FastifyRequest): SubmittingPrincipal {
  if (request.keyHolder === null) throw new UnauthenticatedError();
  return request.keyHolder;
}

/** The security requirement of an operation that needs a key, as OpenAPI names it. */
export const WITH_KEY = [{ apiKey: [] }];
export const WITHOUT_KEY: [] = [];
