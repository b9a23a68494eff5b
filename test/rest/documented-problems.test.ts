import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { API_KEY_SCOPES } from '../../src/domain/api-key.ts';
import { exampleOf } from '../../src/domain/domain-error.ts';
import { ERRORS } from '../../src/domain/error-registry.ts';
import {
  AgentNotConnectedError,
  ForbiddenError,
  InvalidInputError,
  RateLimitedError,
  RequestRejectedError,
  UnavailableError,
} from '../../src/domain/errors.ts';
import { kindOf, PROBLEMS, type ProblemKind } from '../../src/transport/rest/problem-catalogue.ts';
import { type ApiOperation, apiOperations, pathOf } from './api-operations.ts';
import { AGENT_ID, failingWith, startStubServer } from './stub-server.ts';

type Provocation = {
  /** What the use case ends with. */
  readonly error?: Error;
  readonly key?: 'limited' | null;
  readonly id?: string;
  readonly payload?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, RegExp>>;
  readonly members?: object;
};

const REQUEST_ID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const RETRY = { 'retry-after': /^[1-9]\d*$/ };

/** Each error of the registry, as its row describes it. */
const OF_THE_REGISTRY: Partial<Record<ProblemKind, Provocation>> = Object.fromEntries(
  ERRORS.map((errorClass) => {
    const kind = kindOf(errorClass.row.code);
    return [
      kind,
      { error: exampleOf(errorClass), members: { detail: PROBLEMS[kind].detail, ...PROBLEMS[kind].members } },
    ];
  }),
);

/** How each kind of problem that a route's use case or Fastify can end with comes about. */
const PROVOCATIONS: Partial<Record<ProblemKind, Provocation>> = {
  ...OF_THE_REGISTRY,
  'malformed-body': { payload: '{"handle": ' },
  'route-not-found': { members: { detail: expect.stringContaining('SECURITY_CONTACT') } },
  unauthenticated: { key: null, headers: { 'www-authenticate': /^Bearer\b/ } },
  forbidden: {
    // Where a key may be left out the use case looks at its scopes.
    error: new ForbiddenError('This key lacks the scope "owner:manage".', 'owner:manage'),
    key: 'limited',
    headers: { 'www-authenticate': /^Bearer realm="clawcierge", error="insufficient_scope", scope="[a-z]+:[a-z]+"$/ },
  },
  'body-too-large': {
    payload: JSON.stringify({ padding: 'x'.repeat(70_000) }),
    members: { detail: 'The body is larger than 65536 bytes.' },
  },
  'unsupported-media-type': { payload: 'handle=marius', contentType: 'application/x-www-form-urlencoded' },
  'invalid-input': {
    error: new InvalidInputError([{ path: 'input.displayName', message: 'must not be empty' }]),
    members: { errors: [{ path: 'display_name', message: 'must not be empty' }] },
  },
  'request-rejected': {
    error: new RequestRejectedError({
      stage: 'policy_engine',
      kind: 'POLICY',
      reason: 'Sender is blocked',
      issues: [],
      requestId: REQUEST_ID,
      kept: true,
    }),
    members: {
      stage: 'policy_engine',
      kind: 'policy',
      request_id: REQUEST_ID,
      kept: true,
      detail: expect.stringContaining('Sender is blocked'),
    },
  },
  'rate-limited': { error: new RateLimitedError(11.2), headers: { 'retry-after': /^12$/ } },
  'internal-error': { error: new Error('a defect'), members: { instance: expect.stringMatching(/^urn:uuid:/) } },
  'agent-not-connected': { error: new AgentNotConnectedError(), headers: RETRY },
  unavailable: { error: new UnavailableError('Not now.', 2), headers: RETRY },
};

/** Provoked where they come from. */
const ELSEWHERE = new Set<ProblemKind>(['answer-too-large', 'not-ready', 'too-many-streams']);

/** They ask no use case: what they can be refused for is admission's. */
const WITHOUT_USE_CASE = new Set(['getHealth', 'getStartup', 'getReadiness', 'getInfo', 'getSecurityTxt']);

const LIMITED = { agent: 'limited', owner: 'limited-owner' } as const;

const isForOwnersAlone = ({ operation }: ApiOperation) => {
  const scopes = operation['x-scope'] ?? [];
  return scopes.length > 0 && scopes.every((scope) => !API_KEY_SCOPES.AGENT.some((each) => each === scope));
};

const documentedKinds = ({ operation }: ApiOperation) =>
  Object.values(operation.responses).flatMap(({ content = {} }) =>
    Object.keys(content['application/problem+json']?.examples ?? {}),
  ) as ProblemKind[];

const rows = apiOperations.flatMap((operation) =>
  documentedKinds(operation).map((kind) => ({ name: operation.id, kind, operation })),
);

describe('every problem that the document promises', () => {
  let server: FastifyInstance;
  /** What every use case ends with. */
  let failure: Error;
  beforeAll(async () => {
    ({ server } = await startStubServer({ app: failingWith(() => failure) }));
    return () => server.close();
  });

  /** Asks for the operation with the key, its documented body unless told otherwise. */
  const ask = (
    operation: ApiOperation,
    { id = AGENT_ID, payload, contentType = 'application/json' }: Pick<Provocation, 'id' | 'payload' | 'contentType'>,
    key: string | null,
  ) => {
    const body = payload ?? (operation.body === undefined ? undefined : JSON.stringify(operation.body));
    return server.inject({
      method: operation.method,
      url: pathOf(operation, { id, handle: 'marius.exec' }),
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': contentType }),
      },
      ...(body !== undefined && { payload: body }),
    });
  };
  // What is not for agents is for owners.
  const callerOf = (operation: ApiOperation) => (isForOwnersAlone(operation) ? 'owner' : 'agent');

  it('is there in numbers', () => {
    expect(rows.length).toBeGreaterThan(70);
  });

  it.each(rows.filter(({ kind, name }) => !ELSEWHERE.has(kind) && !WITHOUT_USE_CASE.has(name)))(
    'can be had: $name answers $kind',
    async ({ kind, operation }) => {
      const provocation = PROVOCATIONS[kind];
      expect(provocation, `no way to provoke ${kind}`).toBeDefined();
      const { error, headers = {}, members = {} } = provocation ?? {};
      const who = callerOf(operation);
      const isLimited = provocation?.key === 'limited';
      // Where none is needed one that opens nothing is refused.
      const without = operation.needsKey ? null : 'nobody';
      const key = provocation?.key === null ? without : isLimited ? LIMITED[who] : who;
      failure = error ?? new Error('the use case was reached');
      const response = await ask(operation, provocation ?? {}, key);
      const { status, title } = PROBLEMS[kind];
      expect(response.statusCode, response.body).toBe(status);
      expect(response.headers['content-type']).toMatch(/^application\/problem\+json\b/);
      expect(response.json()).toMatchObject({ type: `/docs#problem-${kind}`, title, status, ...members });
      for (const [name, pattern] of Object.entries(headers)) expect(response.headers[name]).toMatch(pattern);
      expect(operation.operation.responses[status]).toBeDefined();
    },
  );

  // They are compiled when they are first asked for: one that does not compile would be a caller's 500, and no start that fails.
  it.each(apiOperations)('has schemas that compile, with a body and a query: $id', async (operation) => {
    failure = new UnavailableError('The use case was reached.', 2);
    const isWithBody = operation.method !== 'GET' && operation.body === undefined;
    const response = await ask(operation, isWithBody ? { payload: '{}' } : {}, callerOf(operation));
    if (WITHOUT_USE_CASE.has(operation.id)) expect(response.statusCode, response.body).toBeLessThan(500);
    else expect(response.json(), response.body).toMatchObject({ detail: failure.message });
  });
});
