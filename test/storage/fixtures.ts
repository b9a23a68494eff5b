import { randomBytes } from 'node:crypto';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import type { NewApiKey } from '../../src/application/ports/api-key-store.ts';
import type { HoldBounds, NewApproval } from '../../src/application/ports/approval-store.ts';
import type { ChannelRecord } from '../../src/application/ports/presence-store.ts';
import type { EndedChannel, Expired, NewRequest } from '../../src/application/ports/request-store.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { ApiKeyKind } from '../../src/domain/api-key.ts';
import type { ApprovalSettings } from '../../src/domain/approval-settings.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { LossCause, Request, RequestFailure } from '../../src/domain/request.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

/** An instant that nothing here depends on, and others around it. */
export const NOW = new Date('2026-11-24T12:00:00.000Z');
export const later = (ms: number): Date => new Date(NOW.getTime() + ms);

/**
 * Two storages over one database of the test file's own, as two nodes have them; patient ones wait for connections and locks for
 * as long as that takes.
 */
export const twoNodes = ({
  isPatient = false,
} = {}): { readonly a: Storage; readonly b: Storage; readonly url: string } => {
  const opened: { a?: Storage; b?: Storage; url?: string; drop?: () => Promise<void> } = {};
  beforeAll(async () => {
    const { url, drop } = await createTestDatabase();
    Object.assign(opened, { url, drop });
    const address = new URL(url);
    if (isPatient) address.searchParams.set('connect_timeout', '300');
    const open = () =>
      createStorage({
        link: createDatabaseLink(address.href),
        poolSize: 8,
        log: silentLog,
        ...(isPatient && { statementTimeoutMs: 0 }),
      });
    opened.a = await open();
    opened.b = await open();
  });
  afterAll(async () => {
    await opened.a?.close();
    await opened.b?.close();
    await opened.drop?.();
  });
  const ready = <Name extends 'a' | 'b' | 'url'>(name: Name): NonNullable<(typeof opened)[Name]> => {
    const value = opened[name];
    if (value === undefined) throw new Error('The database is not ready yet.');
    return value;
  };
  return {
    get a() {
      return ready('a');
    },
    get b() {
      return ready('b');
    },
    get url() {
      return ready('url');
    },
  };
};

export const anAgent = (changes: Partial<Agent> = {}): Agent => {
  const id = newId();
  return {
    id,
    handle: `agent.${id.replaceAll('-', '')}`,
    displayName: 'An agent',
    description: null,
    lastHeartbeatAt: null,
    ownerId: null,
    agentKeysManage: true,
    createdAt: NOW,
    updatedAt: NOW,
    isSuspended: false,
    ...changes,
  };
};

export const aKey = (kind: ApiKeyKind = 'AGENT', changes: Partial<NewApiKey> = {}): NewApiKey => ({
  id: newId(),
  kind,
  hash: randomBytes(32),
  prefix: 'clw_agent_abc',
  scopes: ['requests:submit'],
  isLimited: false,
  label: null,
  expiresAt: null,
  ...changes,
});

export const aRequest = (changes: Partial<NewRequest> = {}): NewRequest => ({
  traceContext: null,
  contractId: null,
  contextId: null,
  id: newId(),
  status: 'PENDING',
  action: 'calendar.schedule',
  params: JsonText.of<JsonObject>({ title: 'Lunch' }),
  handle: 'someone',
  agentId: newId(),
  senderId: newId(),
  error: null,
  pipelineLog: [{ stage: 'policy_engine', passed: true, reason: null, durationMs: 0.25 }],
  delivery: null,
  leaseExpiresAt: null,
  idempotencyKey: null,
  contentDigest: null,
  createdAt: NOW,
  expiresAt: later(60_000),
  ...changes,
});

/** What people are asked about a held request; its digests are of nothing in particular. */
export const anApproval = (changes: Partial<NewApproval> = {}): NewApproval => ({
  id: newId(),
  holdReasons: [{ stage: 'policy_engine', rule: 0, reason: 'Ask first' }],
  findings: [],
  digest: randomBytes(32),
  contentDigest: randomBytes(32),
  policySetId: newId(),
  policyVersion: 1,
  contractId: newId(),
  contractVersion: 1,
  quorum: 1,
  isEditable: false,
  lifetimeSeconds: 300,
  createdAt: NOW,
  expiresAt: later(60_000),
  ...changes,
});

/** How approvals of an agent go; people may change what they approve. */
export const SETTINGS: Omit<ApprovalSettings, 'version'> = {
  windowSeconds: 86_400,
  quorum: 1,
  pendingPerSenderMax: 3,
  perSenderPerHour: 10,
  denyCoolDownSeconds: 3_600,
  allowEdits: true,
  preventSelfApproval: true,
  notify: null,
};

/** As they are by default. */
export const HOLD_BOUNDS: HoldBounds = {
  ofSenderAtAgent: { requests: 3, bytes: 1_000_000 },
  ofSenderAtAgentInAnHour: 10,
  ofAgent: { requests: 200, bytes: 4_000_000 },
  ofSender: { requests: 100, bytes: 4_000_000 },
  hasRoomInAll: true,
  denyCoolDownSeconds: 3_600,
  windowMaxSeconds: 604_800,
};

export const aChannel = (changes: Partial<ChannelRecord> = {}): ChannelRecord => ({
  id: newId(),
  agentId: newId(),
  nodeId: 'node-1',
  apiKeyId: newId(),
  transport: 'graphql',
  openedAt: NOW,
  ...changes,
});

/** An agent in the registry with one open channel. */
export const aConnectedAgent = async (
  storage: Storage,
  nodeId = 'node-1',
): Promise<{ readonly agent: Agent; readonly channel: ChannelRecord }> => {
  const agent = anAgent();
  const key = aKey();
  await storage.agents.insert(agent, key);
  const channel = aChannel({ agentId: agent.id, nodeId, apiKeyId: key.id });
  await storage.presence.insertChannel(channel, 8, NOW);
  return { agent, channel };
};

/** A request whose agent is in the registry. */
export const aRequestTo = async (
  storage: Storage,
  { agentId = newId(), ...changes }: Partial<NewRequest> = {},
): Promise<NewRequest> => {
  await storage.agents.insert(anAgent({ id: agentId, handle: `agent.${agentId.replaceAll('-', '')}` }), aKey());
  return aRequest({ agentId, ...changes });
};

/** The same, whatever a request waited for. */
export const expiredAs = (error: RequestFailure): Expired => ({
  timeout: error,
  suspended: error,
  blocked: error,
  held: error,
});

/** A channel as its end is recorded that says something about what it held. */
export const lost = ({ id }: ChannelRecord, cause: LossCause = 'disconnected'): EndedChannel => ({
  channelId: id,
  cause,
});

/** Stores the request, and its agent where there is none of that id, and answers it as stored. */
export const stored = async (storage: Storage, changes: Partial<NewRequest> = {}): Promise<Request> => {
  const answer = await storage.requests.insert(await aRequestTo(storage, changes));
  if (!('inserted' in answer)) throw new Error('There was such a request before.');
  return answer.inserted;
};

/** Stores a request that a channel of its agent holds under a lease of 10 s. */
export const dispatched = async (
  storage: Storage,
  channel: ChannelRecord,
  changes: Partial<NewRequest> = {},
): Promise<Request> =>
  stored(storage, {
    status: 'DISPATCHED',
    agentId: channel.agentId,
    delivery: { channelId: channel.id, nodeId: channel.nodeId },
    leaseExpiresAt: later(10_000),
    ...changes,
  });

export const times = <Result>(count: number, run: (index: number) => Result): Result[] =>
  Array.from({ length: count }, (_, index) => run(index));
