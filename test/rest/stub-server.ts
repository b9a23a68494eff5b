import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Application } from '../../src/application/application.ts';
import { EVERY_SCOPE } from '../../src/domain/api-key.ts';
import type { AgentPrincipal, KeyPrincipal, OwnerPrincipal } from '../../src/domain/principal.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createAuthenticate } from '../../src/transport/authenticate.ts';
import { createHttpServer } from '../../src/transport/http-server.ts';
import { OpenStreams } from '../../src/transport/open-streams.ts';
import { addRestApi } from '../../src/transport/rest/rest-api.ts';
import type { AboutPlatform, ReadinessChecks } from '../../src/transport/rest/rest-scope.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';

/** What one answer may have here. */
export const ANSWER_MAX_BYTES = 4_194_304;
export const AGENT_ID = '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11';

const agent: AgentPrincipal = {
  kind: 'agent',
  agentId: AGENT_ID,
  apiKeyId: 'key-1',
  keyExpiresAt: null,
  sessionId: null,
  isManagedByOwner: false,
  scopes: EVERY_SCOPE.AGENT,
  isSuspended: false,
};
const owner: OwnerPrincipal = {
  kind: 'owner',
  ownerId: 'owner-1',
  apiKeyId: 'key-3',
  keyExpiresAt: null,
  sessionId: null,
  isSuspended: false,
  scopes: EVERY_SCOPE.OWNER,
};
const sender: KeyPrincipal = {
  kind: 'sender',
  senderId: 'sender-1',
  apiKeyId: 'key-2',
  keyExpiresAt: null,
  sessionId: null,
  scopes: EVERY_SCOPE.SENDER,
  isSuspended: false,
};
const PRINCIPALS: Readonly<Record<string, KeyPrincipal>> = {
  agent,
  sender,
  owner,
  limited: { ...agent, scopes: new Set() },
  'limited-owner': { ...owner, scopes: new Set() },
};

type Options = {
  /** The use cases that the test needs; the others are not there. */
  readonly app?: object;
  readonly checks?: ReadinessChecks;
  readonly corsOrigins?: readonly string[];
  readonly about?: Partial<AboutPlatform>;
};

type StubServer = { readonly server: FastifyInstance; readonly log: ReturnType<typeof createRecordingLog> };

/**
 * The routes over use cases of the test's own. The keys "agent", "owner" (of that agent) and "sender" are known, and "limited" and
 * "limited-owner", which may do nothing. Closed when the test is over.
 */
export async function stubServer(options?: Options): Promise<StubServer> {
  const stub = await startStubServer(options);
  onTestFinished(() => stub.server.close());
  return stub;
}

/** The same for many tests: whoever starts it closes it. */
export async function startStubServer({
  app = {},
  checks = {},
  corsOrigins = [],
  about = {},
}: Options = {}): Promise<StubServer> {
  const log = createRecordingLog();
  const server = await createHttpServer(
    { bodyLimitBytes: 65_536, trustProxy: false, httpRequestTimeoutSeconds: 30, corsOrigins },
    log,
  );
  await addRestApi(server, {
    app: { node: { refusal: () => null, renewalProblem: () => null }, ...app } as unknown as Application,
    authenticate: createAuthenticate({
      keys: { authenticate: async (key) => PRINCIPALS[key] ?? null, noteRefused: () => {} },
      authenticateConsoleCookie: async () => ({ kind: 'admin', name: 'admin', sessionId: 'session' }) as never,
    }),
    clock: systemClock,
    streams: new OpenStreams({ max: 10, perAddressMax: 10, log: createRecordingLog() }),
    log,
    checks: { database: () => 'ok', bus: () => 'ok', schema: () => 'ok', ...checks },
    about: {
      version: '1.2.3',
      description: 'A platform of a test.',
      publicUrl: undefined,
      security: { contact: [], policy: [], encryption: [], languages: ['en'] },
      mcp: true,
      registration: 'open',
      registrationPowBits: 0,
      graphiql: true,
      heartbeatIntervalSeconds: 15,
      heartbeatTimeoutSeconds: 60,
      maxMessageBytes: 65_536,
      resultMaxBytes: 1_048_576,
      resultBodyMaxBytes: 65_536,
      ...about,
    },
    answerMaxBytes: ANSWER_MAX_BYTES,
  });
  await server.ready();
  return { server, log };
}

/** Use cases of which each ends with the error that there is then. */
export const failingWith = (errorNow: () => unknown): object => {
  const group = new Proxy({}, { get: () => () => Promise.reject(errorNow()) });
  const ownerOf = async () => owner.ownerId;
  const agents = new Proxy({ ownerOf }, { get: (known, name) => Reflect.get(known, name) ?? Reflect.get(group, name) });
  return {
    agents,
    approvals: group,
    audit: group,
    senders: group,
    registration: group,
    owners: group,
    keys: group,
    requests: group,
    webhooks: group,
    quarantines: group,
    storage: group,
    limits: group,
  };
};
