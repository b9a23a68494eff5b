import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY_SCOPES } from '../../src/domain/api-key.ts';
import {
  agentAndSender,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { keyWithout } from '../testkit/limited-keys.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { type ApiOperation, apiOperations, pathOf } from './api-operations.ts';
import { expectProblem, rest } from './rest-client.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** Calls the operation on the target, as the document shows it. */
function call(
  operation: ApiOperation,
  target: { id: string; handle: string; approverId: string },
  key?: string,
  headers = {},
) {
  const { method, body } = operation;
  return rest(platform, method, pathOf(operation, target), { key, body, headers });
}

const withKey = apiOperations.filter(({ needsKey }) => needsKey);
const ofAgents = withKey.filter(({ path }) => path.startsWith('/v1/agents/{id}'));
const ofRequests = withKey.filter(({ path }) => path.startsWith('/v1/requests/{id}'));
const ofKeys = withKey.filter(({ path }) => path.startsWith('/v1/keys/{id}'));
const ofApprovals = withKey.filter(({ path }) => path.startsWith('/v1/approvals/{id}'));
/** What everybody with a key is told alike. */
const FOR_ALL = ['getAuditCheckpoint', 'getAuditConsistency', 'listAuditKeys'];
const ofEntries = withKey.filter(({ path }) => path.startsWith('/v1/audit/entries/{id}'));
/** What is about the caller itself, and names nothing of anybody. */
const OWN = [
  'submitRequest',
  'listRequests',
  'listApiKeys',
  'createApiKey',
  'listApprovals',
  'listAuditEntries',
  'getAuditHeads',
  'getOwnStorage',
];

/** Whether an owner's key is asked for what is its own, and not refused for its kind. */
const mayBeOwners = ({ operation }: ApiOperation) =>
  (operation['x-scope'] ?? []).some((scope) => API_KEY_SCOPES.OWNER.some((each) => each === scope));

const newKey = async (owner: { readonly apiKey: string }) =>
  (await mutateSuccessfully(platform, 'createApiKey', {}, 'key { id }', owner)).key;

/** An agent with a request that nobody took. */
async function victim() {
  const { agent, sender } = await agentAndSender(platform);
  const request = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  return { agent, sender, request };
}

/** The approval of a request that the agent's rules hold. */
async function heldBy(agent: OwnedAgent, sender: Sender): Promise<{ readonly id: string }> {
  await publishPolicies(platform, agent, { rules: [{ condition: 'True', action: 'REQUIRE_APPROVAL' }] });
  await submitAccepted(platform, agent, sender);
  return (await rest(platform, 'GET', '/v1/approvals', { key: agent.ownerKey })).body.items[0];
}

/** What is on record of the agent. */
async function entryOf(agent: OwnedAgent): Promise<{ readonly id: string }> {
  return (await rest(platform, 'GET', '/v1/audit/entries?limit=1', { key: agent.ownerKey })).body.items[0];
}

it('every operation that needs a key is about an agent, a request, a key, an approval, an entry, the caller, or everybody', () => {
  expect(withKey.map(({ id }) => id).sort()).toEqual(
    [...ofAgents, ...ofRequests, ...ofKeys, ...ofApprovals, ...ofEntries]
      .map(({ id }) => id)
      .concat(OWN, FOR_ALL)
      .sort(),
  );
});

describe.each(withKey)('$id', (operation) => {
  const target = async () => {
    const { agent, request, sender } = await victim();
    const key = ofKeys.includes(operation) ? await newKey(agent) : null;
    const approval = ofApprovals.includes(operation) ? await heldBy(agent, sender) : null;
    const entry = ofEntries.includes(operation) ? await entryOf(agent) : null;
    const id = key?.id ?? approval?.id ?? entry?.id ?? (ofRequests.includes(operation) ? request.id : agent.id);
    const { id: approverId } = await createApprover(platform, agent);
    return { agent, sender, request, at: { id, handle: agent.handle, approverId } };
  };

  it('is 401 without a key, with an unknown, a revoked and a malformed one, and by cookie', async () => {
    const { agent, at } = await target();
    const revoked = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', agent);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: revoked.key.id }, 'key { id }', agent);
    const unknown = `clw_agent_${'x'.repeat(49)}`;
    const refused = [
      await call(operation, at),
      await call(operation, at, unknown),
      await call(operation, at, revoked.apiKey),
      await call(operation, at, '', {}),
      await call(operation, at, undefined, { authorization: agent.apiKey }),
      await call(operation, at, undefined, { authorization: 'Basic Y2x3OmFnZW50' }),
      await call(operation, at, undefined, { cookie: 'clawcierge_admin=anything' }),
    ];
    for (const answer of refused) {
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
      expect(answer.text).not.toContain(unknown);
    }
  });

  it('is 403 with a key that lacks nothing but its scope, and says which that is', async () => {
    const scopes = operation.operation['x-scope'] ?? [];
    if (FOR_ALL.includes(operation.id)) return expect(scopes).toEqual([]);
    expect(scopes).not.toEqual([]);
    const { agent, sender, at } = await target();
    for (const [kind, holder] of [
      ['AGENT', agent] as const,
      ['SENDER', sender] as const,
      ['OWNER', ownerOf(agent)] as const,
    ]) {
      for (const scope of API_KEY_SCOPES[kind].filter((each) => scopes.includes(each))) {
        const { apiKey } = await keyWithout(platform, holder, { kind, scope });
        const refused = await call(operation, at, apiKey);
        expectProblem(refused, 403, 'forbidden');
        expect(refused.body.detail).toBe(`This key lacks the scope "${scope}".`);
        const challenge = `Bearer realm="clawcierge", error="insufficient_scope", scope="${scope}"`;
        expect(refused.headers.get('www-authenticate')).toBe(challenge);
      }
    }
  });

  it("does nothing with another tenant's key, the same for what exists and what does not", async () => {
    const { at, agent, sender, request } = await target();
    const isAgents = operation.id === 'reportResult';
    const stranger = await registerAgent(platform);
    const others = isAgents
      ? []
      : [await registerSender(platform), ...(mayBeOwners(operation) ? [ownerOf(stranger)] : [])];
    const strangers = [stranger, ...others];
    if ([...OWN, ...FOR_ALL].includes(operation.id)) return;
    for (const { apiKey } of strangers) {
      // To whoever decides nothing there is nothing to decide.
      const isWrongKind = operation.id === 'getApproval' && apiKey !== stranger.ownerKey;
      const kind =
        ofAgents.includes(operation) || isWrongKind
          ? 'forbidden'
          : ofKeys.includes(operation)
            ? 'api-key-not-found'
            : ofApprovals.includes(operation)
              ? 'approval-not-found'
              : ofEntries.includes(operation)
                ? 'audit-entry-not-found'
                : 'request-not-found';
      const status = kind === 'forbidden' ? 403 : 404;
      const hidden = await call(operation, at, apiKey);
      const unknown = await call(operation, { ...at, id: '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11' }, apiKey);
      expectProblem(hidden, status, kind);
      expect(unknown.status).toBe(status);
      expect(unknown.body).toEqual(hidden.body);
    }
    expect((await readRequest(platform, request.id, sender)).status).toBe('PENDING');
    expect((await rest(platform, 'GET', `/v1/agents/${agent.id}`)).status).toBe(200);
    const { body } = await rest(platform, 'GET', `/v1/directory/${agent.handle}`);
    expect(body.capabilities).toHaveLength(1);
  });
});

it('what is about the caller alone shows nothing of anybody else', async () => {
  const { agent, sender, request } = await victim();
  const stranger = await registerAgent(platform);
  const strangers = [stranger, ownerOf(stranger), await registerSender(platform)];
  for (const { apiKey: key } of strangers) {
    const requests = await rest(platform, 'GET', `/v1/requests?agent=${agent.handle}`, { key });
    expect(requests.body).toEqual({ items: [], next_cursor: null });
    const keys = await rest(platform, 'GET', '/v1/keys', { key });
    expect(keys.body.items).toHaveLength(1);
    expect(keys.body.items[0]).toMatchObject({ is_current: true });
    expect(keys.text).not.toContain(key);
  }
  for (const { apiKey: key } of [agent, ownerOf(agent), sender]) {
    const { body } = await rest(platform, 'GET', '/v1/requests', { key });
    expect(body.items).toMatchObject([{ id: request.id, handle: agent.handle, sender_id: sender.id }]);
  }
});

describe.each(apiOperations.filter(({ needsKey }) => !needsKey))('$id', (operation) => {
  it('is open to everybody, and answers no secret of what is there', async () => {
    const { agent, sender } = await victim();
    const answer = await call(operation, { id: agent.id, handle: agent.handle, approverId: agent.id });
    expect(answer.status).toBeLessThan(500);
    expect(answer.status).not.toBe(401);
    expect(answer.text).not.toContain(agent.apiKey);
    expect(answer.text).not.toContain(sender.apiKey);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
