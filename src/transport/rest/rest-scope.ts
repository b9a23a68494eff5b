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
  KEYS_SCOPES,
  MANAGING_SCOPES,
  requireAgent,
  requireApprover,
  requireAuditReader,
  requireKeysManager,
  requireManagerOf,
  requireOwnerOf,
  requireScope,
  requireSubmitter,
} from '../../application/access.ts';
import type { Application } from '../../application/application.ts';
import { requireDecider } from '../../application/approvals/may-decide.ts';
import type { RegistrationMode } from '../../application/invitations/admission.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { KeyPrincipal } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
import { type Authenticate, bearerKey } from '../authenticate.ts';
import type { OpenStreams } from '../open-streams.ts';
import { refusedHeader } from '../unauthenticated.ts';
import { problems, RATE_LIMITS } from './responses.ts';
import type { AboutSecurity } from './security-txt.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request carries; set by the checks below. */
    keyHolder: KeyPrincipal | null;
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
  readonly app: Pick<
    Application,
    | 'agents'
    | 'approvals'
    | 'audit'
    | 'senders'
    | 'registration'
    | 'owners'
    | 'limits'
    | 'keys'
    | 'requests'
    | 'webhooks'
    | 'quarantines'
    | 'storage'
    | 'node'
  >;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  /** Answers that stay open, of every door. */
  readonly streams: OpenStreams;
  readonly checks: ReadinessChecks;
  readonly about: AboutPlatform;
  /** What one answer may have. */
  readonly answerMaxBytes: number;
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
  /** Whom to tell of vulnerabilities, and how; nobody where there is no contact. */
  readonly security: AboutSecurity;
  /** Whether agents are servers of the Model Context Protocol. */
  readonly mcp: boolean;
  /** Who may register, and how many zero bits a stranger's proof of work needs; 0 where none is asked for. */
  readonly registration: RegistrationMode;
  readonly registrationPowBits: number;
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
  async function keyHolderOf(request: FastifyRequest): Promise<KeyPrincipal> {
    const { authorization } = request.headers;
    const principal = await authenticate.byKey(bearerKey(authorization));
    if (principal === null || principal.kind === 'admin') throw refusedHeader(authorization);
    request.keyHolder = principal;
    return principal;
  }
  /** The id of the agent that `:id` names, by its id or its handle; the text as it is where it names none. */
  async function agentIn({ params }: FastifyRequest): Promise<string> {
    const named = namedIn(params);
    return isUuid(named) ? named : app.agents.idOf(named);
  }
  return {
    /** Anybody's key, or none. One that opens nothing is not taken for none: it was to say whose it is to be. */
    anyKey: async (request: FastifyRequest): Promise<void> => {
      if (request.headers.authorization !== undefined) await keyHolderOf(request);
    },
    /** A key of that scope of whoever may submit. */
    submittersKey: (scope: Scope) =>
      keyCheck([scope], async (request) => {
        requireScope(requireSubmitter(await keyHolderOf(request)), scope);
      }),
    /** Anybody's key of that scope. */
    key: (scope: Scope) =>
      keyCheck([scope], async (request) => {
        requireScope(await keyHolderOf(request), scope);
      }),
    /** A key of whoever may decide about approvals; to everybody else there are none. */
    decidersKey: keyCheck(['approvals:decide'], async (request) => {
      requireDecider(await keyHolderOf(request));
    }),
    /** Anybody's key, whatever it may do. */
    validKey: async (request: FastifyRequest): Promise<void> => {
      await keyHolderOf(request);
    },
    /** A key of whoever has a part in the audit trail. */
    auditKey: keyCheck(['audit:read'], async (request) => {
      requireAuditReader(await keyHolderOf(request));
    }),
    /** An owner's or an approver's key of that scope. */
    approversKey: (scope: Parameters<typeof requireApprover>[1]) =>
      keyCheck([scope], async (request) => {
        requireApprover(await keyHolderOf(request), scope);
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
    /** A key that may manage the agent that `:id` names: its own, or its owner's. */
    managersKey: keyCheck(Object.values(MANAGING_SCOPES), async (request) => {
      const principal = await keyHolderOf(request);
      await requireManagerOf(principal, await agentIn(request), app.agents.ownerOf);
    }),
    /** The key of the owner of the agent that `:id` names; never the agent's own. */
    ownersKey: keyCheck(['owner:manage'], async (request) => {
      const principal = await keyHolderOf(request);
      await requireOwnerOf(principal, await agentIn(request), app.agents.ownerOf);
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

/** Has the API document say of each operation that may be over a limit that its other answers say what is left of it. */
export function documentLimits(scope: RestScope): void {
  scope.addHook('onRoute', ({ schema }) => {
    const answers = schema?.response as Record<string, { headers?: object }> | undefined;
    if (answers?.[429] === undefined || answers[429] === COST_USED_UP) return;
    for (const [status, answer] of Object.entries(answers)) {
      if (status.startsWith('2')) answer.headers = { ...answer.headers, ...RATE_LIMITS };
    }
  });
}

/**
 * Has the API document say of each operation that passes admission that what its caller's calls may cost can be used up. Of that limit
 * answers tell only once half of it is; so it comes after `documentLimits`.
 */
export function documentAdmission(scope: RestScope): void {
  scope.addHook('onRoute', ({ url, schema }) => {
    const answers = schema?.response as Record<string, object> | undefined;
    if (answers !== undefined && !url.startsWith('/health')) answers[429] ??= COST_USED_UP;
  });
}

const COST_USED_UP = {
  ...problems('rate-limited')[429],
  description: 'What its caller’s calls may cost is used up for now (`rate-limited`).',
};

export type KeyChecks = ReturnType<typeof createKeyChecks>;

const namedIn = (params: unknown): string =>
  typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string' ? params.id : '';

/** Who the checks found. */
export function keyHolder(request: FastifyRequest): KeyPrincipal {
  if (request.keyHolder === null) throw new UnauthenticatedError();
  return request.keyHolder;
}

/** The security requirement of an operation that needs a key, as OpenAPI names it. */
export const WITH_KEY = [{ apiKey: [] }];
export const WITHOUT_KEY: [] = [];
export const WITH_OR_WITHOUT_KEY = [{}, { apiKey: [] }];
