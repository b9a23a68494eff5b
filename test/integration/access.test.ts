import { randomUUID } from 'node:crypto';
import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { API_KEY_SCOPES, type ApiKeyKind } from '../../src/domain/api-key.ts';
import { SCOPES, type Scope } from '../../src/domain/scope.ts';
import { schema } from '../../src/transport/graphql/schema.ts';
import {
  agentAndSender,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishPolicies,
  registerAgent,
  registerSender,
  type Sender,
  STANDUP,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { databaseClient } from '../testkit/database-client.ts';
import {
  type Credential,
  inputTypeOf,
  mutateSuccessfully,
  Subscription,
  send,
  uniqueHandle,
} from '../testkit/graphql.ts';
import { keyWithout, limitedKey } from '../testkit/limited-keys.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { untilHeadsSealed } from '../testkit/sealed-heads.ts';

const clock = createManualClock();
const database = databaseClient(() => platform.databaseUrl);
let platform: TestPlatform;
let agent: OwnedAgent;
let approverId: string;
let sender: Sender;
let requestId: string;
let apiKeyId: string;
let entryId: string;
const KINDS = ['sender', 'agent', 'owner', 'approver'] as const;
/** Credentials that open nothing. */
let nobodies: Record<string, Credential>;
type Kind = (typeof KINDS)[number];
let strangers: Record<Kind, Credential> & { readonly approver: { readonly id: string } };
let admin: Credential;
/** Keys of the strangers, by the scope that each of them lacks, or alone has. */
let without: Record<Kind, ReadonlyMap<Scope, Credential>>;
let only: typeof without;

beforeAll(async () => {
  platform = await startTestPlatform({ clock });
  ({ agent, sender } = await agentAndSender(platform));
  await publishPolicies(platform, agent, { rules: [] });
  ({ id: requestId } = await submitAccepted(platform, agent, sender, {
    whenOffline: 'QUEUE',
    expiresInSeconds: 86_400,
  }));
  const expiresAt = new Date(clock.now().getTime() + 60_000);
  const { key, apiKey: expired } = await newKey(agent, { expiresAt });
  apiKeyId = (await newKey(agent, {})).key.id;
  const revoked = await newKey(agent, {});
  await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: revoked.key.id }, 'key { id }', agent);
  const stranger = await registerAgent(platform);
  strangers = {
    agent: stranger,
    sender: await registerSender(platform),
    owner: ownerOf(stranger),
    approver: await createApprover(platform, stranger),
  };
  ({ id: approverId } = await createApprover(platform, agent));
  const [entry] = await database(
    `insert into audit_events (type, at, actor_kind, subject_kind, agent_id, data)
     values ('agent.changed', now(), 'owner', 'agent', $1, '{}') returning entry_id`,
    [agent.id],
  );
  entryId = String(entry?.entry_id);
  const removed = await createApprover(platform, agent);
  await mutateSuccessfully(platform, 'removeApprover', { approverId: removed.id }, 'approver { id }', ownerOf(agent));
  admin = await logIn(platform);
  without = {
    agent: await limitedKeys('AGENT', (scope) => API_KEY_SCOPES.AGENT.filter((each) => each !== scope)),
    sender: await limitedKeys('SENDER', (scope) => API_KEY_SCOPES.SENDER.filter((each) => each !== scope)),
    owner: await limitedKeys('OWNER', (scope) => API_KEY_SCOPES.OWNER.filter((each) => each !== scope)),
    approver: await limitedKeys('APPROVER', (scope) => API_KEY_SCOPES.APPROVER.filter((each) => each !== scope)),
  };
  only = {
    agent: await limitedKeys('AGENT', (scope) => [scope]),
    sender: await limitedKeys('SENDER', (scope) => [scope]),
    owner: await limitedKeys('OWNER', (scope) => [scope]),
    approver: await limitedKeys('APPROVER', (scope) => [scope]),
  };
  await untilHeadsSealed(database);
  expect(key.id).not.toBe(apiKeyId);
  clock.advance(61_000);
  nobodies = {
    'no key': {},
    'a made-up key': { apiKey: mintApiKey('AGENT').text },
    'a mistyped key': { apiKey: `${agent.apiKey.slice(0, -1)}${agent.apiKey.endsWith('0') ? '1' : '0'}` },
    'no key at all, but text': { apiKey: 'undefined' },
    'an expired key': { apiKey: expired },
    'a revoked key': { apiKey: revoked.apiKey },
    'the key of an approver that was removed': { apiKey: removed.apiKey },
    'a made-up cookie': { cookie: 'clawcierge_admin=made-up' },
  };
});
afterAll(() => platform.stop());

const newKey = (owner: Credential, input: object) =>
  mutateSuccessfully(platform, 'createApiKey', input, 'apiKey key { id }', owner);

/** For each scope of the kind a key of the stranger of that kind; an approver's are made by its owner. */
async function limitedKeys(kind: ApiKeyKind, scopesFor: (scope: Scope) => readonly Scope[]) {
  const { agent: ofAgent, sender: ofSender, owner } = strangers;
  const maker = { AGENT: ofAgent, SENDER: ofSender, OWNER: owner, APPROVER: owner }[kind];
  const holder = kind === 'APPROVER' ? { approverId: strangers.approver.id } : {};
  const keys = API_KEY_SCOPES[kind].map(
    async (scope) => [scope, await limitedKey(platform, maker, scopesFor(scope), holder)] as const,
  );
  return new Map(await Promise.all(keys));
}

type Answer = string | null;
/** What strangers and nobody get, by who asks; `ok` is any answer that is no refusal. */
type Expected = Readonly<Record<'nobody' | Kind, Answer>>;
type Operation = Expected & {
  readonly document: string;
  readonly variables: (of: {
    agentId: string;
    requestId: string;
    apiKeyId: string;
    approverId: string;
    entryId: string;
  }) => object;
};

const ok = { nobody: 'ok', sender: 'ok', agent: 'ok', owner: 'ok', approver: 'ok' };
const ownerOnly = {
  nobody: 'UNAUTHENTICATED',
  sender: 'FORBIDDEN',
  agent: 'FORBIDDEN',
  owner: 'FORBIDDEN',
  approver: 'FORBIDDEN',
};

const approversOnly = { ...ownerOnly, owner: 'ok', approver: 'ok' };

/** Whoever may not decide is told that there is nothing to decide. */
const noSuchApproval = {
  nobody: 'UNAUTHENTICATED',
  sender: 'ApprovalNotFoundError',
  agent: 'ApprovalNotFoundError',
  owner: 'ApprovalNotFoundError',
  approver: 'ApprovalNotFoundError',
};

const mutation = (field: string, expected: Expected, input: (of: Parameters<Operation['variables']>[0]) => object) => ({
  ...expected,
  document: `mutation ($input: ${inputTypeOf(field)}) { ${field}(input: $input) { __typename } }`,
  variables: (of: Parameters<Operation['variables']>[0]) => ({ input: input(of) }),
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'Query.agentSummaries': {
    ...ownerOnly,
    owner: 'ok',
    document: '{ agentSummaries(since: "2026-01-01T00:00:00Z") { totalCount } }',
    variables: () => ({}),
  },
  'Query.admins': { ...ownerOnly, document: '{ admins { id } }', variables: () => ({}) },
  'Mutation.createAdmin': mutation('createAdmin', ownerOnly, () => ({ name: uniqueHandle() })),
  'Mutation.removeAdmin': mutation('removeAdmin', ownerOnly, () => ({ adminId: randomUUID() })),
  'Mutation.setApprovalSettings': mutation('setApprovalSettings', ownerOnly, ({ agentId }) => ({ agentId })),
  'Mutation.setWebhook': mutation('setWebhook', ownerOnly, ({ agentId }) => ({
    agentId,
    name: 'hook',
    url: 'https://hooks.example/',
    events: ['APPROVAL_REQUESTED'],
  })),
  'Mutation.removeWebhook': mutation('removeWebhook', ownerOnly, ({ agentId }) => ({ agentId, name: 'hook' })),
  'Mutation.testWebhook': mutation('testWebhook', ownerOnly, ({ agentId }) => ({ agentId, name: 'hook' })),
  'Mutation.liftQuarantine': mutation('liftQuarantine', ownerOnly, ({ agentId }) => ({ agentId })),
  'Query.sender': {
    ...ownerOnly,
    document: 'query ($id: ID!) { sender(id: $id) { id } }',
    variables: () => ({ id: sender.id }),
  },
  'Query.senders': { ...ownerOnly, document: '{ senders { totalCount } }', variables: () => ({}) },
  'Query.invitations': { ...ownerOnly, document: '{ invitations { id } }', variables: () => ({}) },
  'Query.restingHandles': { ...ownerOnly, document: '{ restingHandles { handle } }', variables: () => ({}) },
  'Mutation.createInvitation': mutation('createInvitation', ownerOnly, () => ({
    uses: 1,
    expiresAt: new Date(clock.now().getTime() + 60_000),
  })),
  'Mutation.revokeInvitation': mutation('revokeInvitation', ownerOnly, () => ({ invitationId: randomUUID() })),
  'Mutation.releaseHandle': mutation('releaseHandle', ownerOnly, () => ({ handle: uniqueHandle() })),
  'Mutation.suspendSender': mutation('suspendSender', ownerOnly, () => ({ id: sender.id, reason: 'no' })),
  'Mutation.resumeSender': mutation('resumeSender', ownerOnly, () => ({ id: sender.id })),
  'Mutation.suspendAgent': mutation('suspendAgent', ownerOnly, ({ agentId }) => ({ id: agentId, reason: 'no' })),
  'Mutation.resumeAgent': mutation('resumeAgent', ownerOnly, ({ agentId }) => ({ id: agentId })),
  'Mutation.setAgentLimits': mutation('setAgentLimits', ownerOnly, ({ agentId }) => ({ agentId, perMinute: 1_000 })),
  'Mutation.setSenderLimit': mutation('setSenderLimit', ownerOnly, ({ agentId }) => ({
    agentId,
    senderId: randomUUID(),
  })),
  'Mutation.removeSenderLimit': mutation('removeSenderLimit', ownerOnly, ({ agentId }) => ({
    agentId,
    senderId: randomUUID(),
  })),
  'Query.overview': {
    ...ownerOnly,
    document: '{ overview(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { __typename } }',
    variables: () => ({}),
  },
  'Query.dryRun': {
    ...ownerOnly,
    document: 'query ($input: DryRunInput!) { dryRun(input: $input) { __typename } }',
    variables: () => ({ input: { handle: agent.handle, ...STANDUP } }),
  },
  'Query.policyReplay': {
    ...ownerOnly,
    document: 'query ($agentId: ID!) { policyReplay(agentId: $agentId, rules: []) { __typename } }',
    variables: (of) => of,
  },
  'Mutation.submitTestRequest': mutation('submitTestRequest', ownerOnly, () => ({
    handle: agent.handle,
    ...STANDUP,
    whenOffline: 'QUEUE',
  })),
  'Query.approval': {
    ...approversOnly,
    owner: null,
    approver: null,
    document: 'query ($agentId: ID!) { approval(id: $agentId) { id } }',
    variables: (of) => of,
  },
  'Query.approvals': { ...approversOnly, document: '{ approvals { totalCount } }', variables: () => ({}) },
  'Query.auditEntries': {
    ...ok,
    nobody: 'UNAUTHENTICATED',
    approver: 'FORBIDDEN',
    document: '{ auditEntries { totalCount } }',
    variables: () => ({}),
  },
  'Query.auditProof': {
    nobody: 'UNAUTHENTICATED',
    sender: 'AUDIT_ENTRY_NOT_FOUND',
    agent: 'AUDIT_ENTRY_NOT_FOUND',
    owner: 'AUDIT_ENTRY_NOT_FOUND',
    approver: 'FORBIDDEN',
    document: 'query ($entryId: ID!) { auditProof(entryId: $entryId) }',
    variables: ({ entryId }) => ({ entryId }),
  },
  'Query.auditCheckpoint': {
    ...ok,
    nobody: 'UNAUTHENTICATED',
    document: '{ auditCheckpoint { size } }',
    variables: () => ({}),
  },
  'Query.auditConsistency': {
    ...ok,
    nobody: 'UNAUTHENTICATED',
    document: '{ auditConsistency(from: 1, to: 1) }',
    variables: () => ({}),
  },
  'Query.auditHeads': {
    ...ok,
    nobody: 'UNAUTHENTICATED',
    approver: 'FORBIDDEN',
    document: '{ auditHeads { size } }',
    variables: () => ({}),
  },
  'Query.auditKeys': { ...ok, nobody: 'UNAUTHENTICATED', document: '{ auditKeys { key } }', variables: () => ({}) },
  'Query.viewer': { ...ok, nobody: null, document: '{ viewer { __typename } }', variables: () => ({}) },
  'Query.agent': { ...ok, document: 'query ($agentId: ID!) { agent(id: $agentId) { id } }', variables: (of) => of },
  // Null where registration asks for no proof of work.
  'Query.registrationChallenge': {
    ...{ nobody: null, sender: null, agent: null, owner: null, approver: null },
    document: '{ registrationChallenge { bits } }',
    variables: () => ({}),
  },
  'Query.agents': { ...ok, document: '{ agents { totalCount } }', variables: () => ({}) },
  'Query.request': {
    nobody: null,
    sender: null,
    agent: null,
    owner: null,
    approver: 'FORBIDDEN',
    document: 'query ($requestId: ID!) { request(id: $requestId) { id } }',
    variables: (of) => of,
  },
  'Query.requests': {
    ...ok,
    nobody: 'UNAUTHENTICATED',
    approver: 'FORBIDDEN',
    document: '{ requests { totalCount } }',
    variables: () => ({}),
  },
  'Mutation.registerAgent': mutation('registerAgent', ok, () => ({ handle: uniqueHandle(), displayName: 'New' })),
  'Mutation.registerSender': mutation('registerSender', ok, () => ({ displayName: 'New' })),
  'Mutation.publishCapabilities': mutation('publishCapabilities', ownerOnly, ({ agentId }) => ({
    agentId,
    capabilities: [],
  })),
  'Mutation.publishPolicies': mutation('publishPolicies', ownerOnly, ({ agentId }) => ({ agentId, rules: [] })),
  'Mutation.deleteAgent': mutation('deleteAgent', ownerOnly, ({ agentId }) => ({ agentId })),
  'Mutation.submitRequest': mutation('submitRequest', { ...ownerOnly, sender: 'ok', agent: 'ok' }, () => ({
    handle: agent.handle,
    ...STANDUP,
    whenOffline: 'QUEUE',
  })),
  'Mutation.cancelRequest': mutation(
    'cancelRequest',
    { ...ownerOnly, sender: 'RequestNotFoundError', agent: 'RequestNotFoundError' },
    ({ requestId }) => ({ requestId }),
  ),
  ...Object.fromEntries(
    ['acknowledgeRequest', 'completeRequest', 'failRequest'].map((field) => [
      `Mutation.${field}`,
      mutation(field, { ...ownerOnly, agent: 'RequestNotFoundError' }, ({ requestId }) => ({
        requestId,
        ...(field === 'failRequest' && { message: 'no' }),
      })),
    ]),
  ),
  'Mutation.reportProgress': mutation(
    'reportProgress',
    { ...ownerOnly, agent: 'RequestNotFoundError' },
    ({ requestId }) => ({ requestId, value: 1 }),
  ),
  'Mutation.createApiKey': mutation(
    'createApiKey',
    { ...ok, nobody: 'UNAUTHENTICATED', approver: 'FORBIDDEN' },
    () => ({}),
  ),
  'Mutation.revokeApiKey': mutation(
    'revokeApiKey',
    {
      ...ownerOnly,
      sender: 'ApiKeyNotFoundError',
      agent: 'ApiKeyNotFoundError',
      owner: 'ApiKeyNotFoundError',
    },
    ({ apiKeyId }) => ({ apiKeyId }),
  ),
  'Mutation.rotateApiKey': mutation(
    'rotateApiKey',
    {
      ...ownerOnly,
      sender: 'ApiKeyNotFoundError',
      agent: 'ApiKeyNotFoundError',
      owner: 'ApiKeyNotFoundError',
    },
    ({ apiKeyId }) => ({ apiKeyId }),
  ),
  'Mutation.issueOwnerKey': mutation('issueOwnerKey', ownerOnly, ({ agentId }) => ({ agentId })),
  'Mutation.updateAgent': mutation('updateAgent', ownerOnly, ({ agentId }) => ({ agentId, displayName: 'Mine' })),
  'Mutation.decideApproval': mutation('decideApproval', noSuchApproval, () => ({
    approvalId: randomUUID(),
    digest: 'made up',
    verdict: 'APPROVE',
  })),
  'Mutation.createApprovalLink': mutation(
    'createApprovalLink',
    { ...ownerOnly, owner: 'ApprovalNotFoundError' },
    ({ approverId }) => ({ approvalId: randomUUID(), approverId }),
  ),
  'Mutation.createApprover': mutation('createApprover', ownerOnly, ({ agentId }) => ({
    agentIds: [agentId],
    displayName: 'New',
  })),
  'Mutation.removeApprover': mutation(
    'removeApprover',
    { ...ownerOnly, owner: 'ApproverNotFoundError' },
    ({ approverId }) => ({ approverId }),
  ),
  'Subscription.agentChannel': {
    ...ownerOnly,
    agent: 'ok',
    document: 'subscription { agentChannel { __typename } }',
    variables: () => ({}),
  },
  'Subscription.approvalActivity': {
    ...ownerOnly,
    owner: 'ok',
    approver: 'ok',
    document: 'subscription ($agentId: ID!) { approvalActivity(agentId: $agentId) { id } }',
    variables: (of) => of,
  },
  'Subscription.requestUpdates': {
    ...ownerOnly,
    sender: 'REQUEST_NOT_FOUND',
    agent: 'REQUEST_NOT_FOUND',
    owner: 'REQUEST_NOT_FOUND',
    document: 'subscription ($requestId: ID!) { requestUpdates(requestId: $requestId) { id } }',
    variables: (of) => of,
  },
  'Subscription.platformActivity': {
    ...ownerOnly,
    owner: 'ok',
    document: 'subscription { platformActivity { __typename } }',
    variables: () => ({}),
  },
};

/** What each operation asks of the key, besides its kind; of those that are for everybody or for administrators nothing. */
const SCOPES_OF: Readonly<Record<string, readonly Scope[]>> = {
  'Query.agentSummaries': ['owner:manage'],
  'Query.admins': [],
  'Query.sender': [],
  'Query.senders': [],
  'Query.invitations': [],
  'Query.restingHandles': [],
  'Mutation.createInvitation': [],
  'Mutation.revokeInvitation': [],
  'Mutation.releaseHandle': [],
  'Mutation.suspendSender': [],
  'Mutation.resumeSender': [],
  'Mutation.suspendAgent': [],
  'Mutation.resumeAgent': [],
  'Query.overview': [],
  'Query.dryRun': [],
  'Query.policyReplay': ['agent:manage', 'owner:manage'],
  'Query.approval': ['approvals:read'],
  'Query.approvals': ['approvals:read'],
  'Query.auditEntries': ['audit:read'],
  'Query.auditProof': ['audit:read'],
  'Query.auditCheckpoint': [],
  'Query.auditConsistency': [],
  'Query.auditHeads': ['audit:read'],
  'Query.auditKeys': [],
  'Query.viewer': [],
  'Query.agent': [],
  'Query.registrationChallenge': [],
  'Query.agents': [],
  'Query.request': ['requests:read'],
  'Query.requests': ['requests:read'],
  'Mutation.createAdmin': [],
  'Mutation.removeAdmin': [],
  'Mutation.setApprovalSettings': ['owner:manage'],
  'Mutation.setWebhook': ['owner:manage'],
  'Mutation.removeWebhook': ['owner:manage'],
  'Mutation.testWebhook': ['owner:manage'],
  'Mutation.liftQuarantine': ['owner:manage'],
  'Mutation.setAgentLimits': ['owner:manage'],
  'Mutation.setSenderLimit': ['owner:manage'],
  'Mutation.removeSenderLimit': ['owner:manage'],
  'Mutation.submitTestRequest': [],
  'Mutation.registerAgent': [],
  'Mutation.registerSender': [],
  'Mutation.publishCapabilities': ['agent:manage', 'owner:manage'],
  'Mutation.publishPolicies': ['agent:manage', 'owner:manage'],
  'Mutation.deleteAgent': ['agent:manage', 'owner:manage'],
  'Mutation.submitRequest': ['requests:submit'],
  'Mutation.cancelRequest': ['requests:submit'],
  'Mutation.acknowledgeRequest': ['requests:answer'],
  'Mutation.completeRequest': ['requests:answer'],
  'Mutation.reportProgress': ['requests:answer'],
  'Mutation.failRequest': ['requests:answer'],
  'Mutation.createApiKey': ['agent:manage', 'owner:manage', 'sender:manage'],
  'Mutation.revokeApiKey': ['agent:manage', 'owner:manage', 'sender:manage'],
  'Mutation.rotateApiKey': ['agent:manage', 'owner:manage', 'sender:manage'],
  'Mutation.issueOwnerKey': [],
  'Mutation.updateAgent': ['agent:manage', 'owner:manage'],
  'Mutation.decideApproval': ['approvals:decide'],
  'Mutation.createApprovalLink': ['owner:manage'],
  'Mutation.createApprover': ['owner:manage'],
  'Mutation.removeApprover': ['owner:manage'],
  'Subscription.agentChannel': ['channel:open'],
  'Subscription.approvalActivity': ['approvals:read'],
  'Subscription.requestUpdates': ['requests:read'],
  'Subscription.platformActivity': ['owner:manage'],
};

/** The error's code, or the answered type, or null, or `ok`. */
async function answerOf(operation: Operation, of: object, credential: Credential): Promise<Answer> {
  const variables = operation.variables(of as Parameters<Operation['variables']>[0]);
  const { data, errors } = await send(platform, operation.document, variables, credential);
  if (errors) return String(errors[0]?.extensions?.code);
  const [value] = Object.values(data as Record<string, { __typename?: string } | null>);
  if (value === null || value === undefined) return null;
  return value.__typename?.endsWith('Error') ? value.__typename : 'ok';
}

/** For everybody, but not with a key that opens nothing: whoever sends one expects to be somebody. */
const REGISTRATIONS: ReadonlySet<string> = new Set(['Mutation.registerAgent', 'Mutation.registerSender']);

/** How a socket answers the subscription: a close code, an error's code, or `ok` while it stays open. */
async function subscribe(operation: Operation, of: object, credential: Credential): Promise<Answer> {
  const variables = operation.variables(of as Parameters<Operation['variables']>[0]);
  const end = await Subscription.open(platform, operation.document, variables, credential).events.ended();
  const { error, errors } = end as { error?: { code: number }; errors?: { extensions: { code: string } }[] };
  return errors ? String(errors[0]?.extensions.code) : String(error?.code);
}

/** The error that stands beside the data; null where there is none. */
async function refusalOf(name: string, by: Credential): Promise<{ code: string; message: string } | null> {
  const operation = OPERATIONS[name];
  if (operation === undefined) throw new Error(`no operation ${name}`);
  const variables = operation.variables(foreign());
  const { errors } = (
    isSubscription(name)
      ? await Subscription.open(platform, operation.document, variables, by).events.ended()
      : await send(platform, operation.document, variables, by)
  ) as { errors?: readonly { message: string; extensions?: { code?: unknown } }[] };
  const [error] = errors ?? [];
  return error ? { code: String(error.extensions?.code), message: String(error.message) } : null;
}

const isSubscription = (name: string) => name.startsWith('Subscription.');
const foreign = () => ({ agentId: agent.id, requestId, apiKeyId, approverId, entryId });
const unknown = () => ({
  agentId: randomUUID(),
  requestId: randomUUID(),
  apiKeyId: randomUUID(),
  approverId: randomUUID(),
  entryId: randomUUID(),
});

describe('access', () => {
  it('is decided here for every operation that there is', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const all = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}).map((field) => `${root?.name}.${field}`));
    expect(Object.keys(OPERATIONS).sort()).toEqual(all.sort());
  });

  describe.each(Object.entries(OPERATIONS).filter(([name]) => !isSubscription(name)))('%s', (name, operation) => {
    it('answers whoever has no valid credential alike', async () => {
      const answers = await Promise.all(
        Object.entries(nobodies).map(async ([who, by]) => [who, await answerOf(operation, foreign(), by)]),
      );
      const expected = ([who, { apiKey }]: [string, Credential]) => [
        who,
        apiKey !== undefined && REGISTRATIONS.has(name) ? 'UNAUTHENTICATED' : operation.nobody,
      ];
      expect(answers).toEqual(Object.entries(nobodies).map(expected));
    });

    it("answers another tenant's keys as if the thing did not exist", async () => {
      for (const kind of KINDS) {
        expect(await answerOf(operation, foreign(), strangers[kind]), kind).toBe(operation[kind]);
        if (name === 'Query.agent') continue;
        expect(await answerOf(operation, unknown(), strangers[kind]), kind).toBe(operation[kind]);
      }
    });
  });

  describe.each(Object.entries(OPERATIONS).filter(([name]) => isSubscription(name)))('%s', (_name, operation) => {
    it('lets nobody in who has no valid credential', async () => {
      for (const [who, by] of Object.entries(nobodies)) {
        // A key that opens nothing ends the connection; without one there is a connection, but nothing to follow.
        const expected = by.apiKey === undefined ? operation.nobody : '4403';
        expect(await subscribe(operation, foreign(), by), who).toBe(expected);
      }
    });

    it("answers another tenant's keys as if the thing did not exist", async () => {
      for (const kind of KINDS) {
        if (operation[kind] === 'ok') continue;
        expect(await subscribe(operation, foreign(), strangers[kind]), kind).toBe(operation[kind]);
        expect(await subscribe(operation, unknown(), strangers[kind]), kind).toBe(operation[kind]);
      }
    });
  });

  it('asks for scopes that are decided here for every operation, and said in the schema', () => {
    expect(Object.keys(SCOPES_OF).sort()).toEqual(Object.keys(OPERATIONS).sort());
    for (const [name, scopes] of Object.entries(SCOPES_OF)) {
      const [root = '', field = ''] = name.split('.');
      const type = schema.getType(root);
      const description = isObjectType(type) ? type.getFields()[field]?.description : '';
      const said = SCOPES.filter((scope) => description?.includes(scope));
      expect(said, name).toEqual(scopes);
    }
  });

  const askFor = Object.entries(SCOPES_OF).flatMap(([name, scopes]) => scopes.map((scope) => ({ name, scope })));

  it.each(askFor)('$name is refused to a key that lacks nothing but $scope', async ({ name, scope }) => {
    for (const kind of KINDS) {
      const by = without[kind].get(scope);
      if (by === undefined) continue;
      expect(await refusalOf(name, by), kind).toEqual({
        code: 'FORBIDDEN',
        message: `This key lacks the scope "${scope}".`,
      });
    }
  });

  // What may be opened stays open.
  const staysOpen = ['Subscription.approvalActivity', 'Subscription.agentChannel', 'Subscription.platformActivity'];
  const toLetIn = askFor.filter(({ name }) => !staysOpen.includes(name));

  it.each(toLetIn)('$name wants no other scope than $scope', async ({ name, scope }) => {
    for (const kind of KINDS) {
      const by = only[kind].get(scope);
      if (by !== undefined) expect((await refusalOf(name, by))?.message ?? '', kind).not.toContain('scope');
    }
  });

  const OWNER_FIELDS: Readonly<Record<string, string>> = {
    lastHeartbeatAt: '',
    capabilityHistory: '{ totalCount }',
    policies: '{ version }',
    policyHistory: '{ totalCount }',
    requests: '{ totalCount }',
    rejectionsNotKept: '(since: "2026-01-01T00:00:00Z") { count }',
    storage: '{ bytes }',
    apiKeys: '{ id }',
  };

  it('knows here every field of an agent that is its own', () => {
    const type = schema.getType('Agent');
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    const own = fields.filter(({ description }) => description?.includes('[owner]')).map(({ name }) => name);
    expect(Object.keys(OWNER_FIELDS).sort()).toEqual(own.sort());
  });

  it.each(Object.entries(OWNER_FIELDS))(
    'shows Agent.%s to the agent, its owner and administrators only',
    async (field, of) => {
      const document = `query ($id: ID!) { agent(id: $id) { ${field} ${of} } }`;
      const codeFor = async (by: Credential) => {
        const { data, errors } = await send(platform, document, { id: agent.id }, by);
        if (errors) expect(data.agent?.[field] ?? null).toBe(null);
        return errors?.[0]?.extensions?.code ?? 'ok';
      };
      for (const [who, by] of Object.entries(nobodies)) expect(await codeFor(by), who).toBe('UNAUTHENTICATED');
      expect(await codeFor(strangers.agent)).toBe('FORBIDDEN');
      expect(await codeFor(strangers.sender)).toBe('FORBIDDEN');
      expect(await codeFor(sender)).toBe('FORBIDDEN');
      expect(await codeFor(strangers.owner)).toBe('FORBIDDEN');
      expect(await codeFor(strangers.approver)).toBe('FORBIDDEN');
      expect(await codeFor(agent)).toBe('ok');
      expect(await codeFor(ownerOf(agent))).toBe('ok');
      expect(await codeFor(admin)).toBe('ok');
      const scope = field === 'requests' ? 'requests:read' : 'agent:manage';
      const { errors } = await send(
        platform,
        document,
        { id: agent.id },
        await keyWithout(platform, agent, { kind: 'AGENT', scope }),
      );
      expect(errors?.[0]).toMatchObject({
        message: `This key lacks the scope "${scope}".`,
        extensions: { code: 'FORBIDDEN' },
      });
    },
  );

  const OWNER_KEY_FIELDS: Readonly<Record<string, string>> = {
    approvalSettings: '{ version quorum }',
    approvers: '{ id email apiKeys { id } agents { id } }',
    channels: '{ id }',
    keysManage: '',
    limits: '{ version }',
    senderLimits: '{ totalCount }',
    owner: '{ id agents { totalCount } apiKeys { id } approvers { id } }',
    suspension: '{ reason }',
    webhooks: '{ id url }',
  };

  it("knows here every field of an agent that is its owner's", () => {
    const type = schema.getType('Agent');
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    const own = fields.filter(({ description }) => description?.includes('[owner key]')).map(({ name }) => name);
    expect(Object.keys(OWNER_KEY_FIELDS).sort()).toEqual(own.sort());
  });

  it.each(Object.entries(OWNER_KEY_FIELDS))(
    'shows Agent.%s to its owner and to administrators only, and never to its own key',
    async (field, of) => {
      const document = `query ($id: ID!) { agent(id: $id) { ${field} ${of} } }`;
      const answerTo = async (by: Credential) =>
        (await send(platform, document, { id: agent.id }, by)).errors?.[0] ?? { extensions: { code: 'ok' } };
      for (const [who, by] of Object.entries(nobodies)) {
        expect((await answerTo(by)).extensions?.code, who).toBe('UNAUTHENTICATED');
      }
      for (const by of [...Object.values(strangers), sender, agent]) {
        expect((await answerTo(by)).extensions?.code).toBe('FORBIDDEN');
      }
      expect(await answerTo(ownerOf(agent))).toEqual({ extensions: { code: 'ok' } });
      expect(await answerTo(admin)).toEqual({ extensions: { code: 'ok' } });
      const lacking = await keyWithout(platform, ownerOf(agent), { kind: 'OWNER', scope: 'owner:manage' });
      expect(await answerTo(lacking)).toMatchObject({ message: 'This key lacks the scope "owner:manage".' });
    },
  );

  it("keeps a party's rights apart: the agent does not cancel, the sender does not answer", async () => {
    const cancel = OPERATIONS['Mutation.cancelRequest'];
    const complete = OPERATIONS['Mutation.completeRequest'];
    expect(cancel && (await answerOf(cancel, foreign(), agent))).toBe('RequestNotFoundError');
    expect(complete && (await answerOf(complete, foreign(), sender))).toBe('FORBIDDEN');
  });

  it('takes no cookie that another site sends', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: admin.cookie ?? '',
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      },
      body: JSON.stringify({ query: '{ viewer { __typename } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: null } });
    expect(response.headers.get('access-control-allow-origin')).toBe(null);
  });
});
