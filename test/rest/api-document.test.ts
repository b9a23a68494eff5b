import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChannel, registerAgent, STANDUP } from '../testkit/actors.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectLimitsTold } from '../testkit/rate-limits.ts';
import { untilHeadsSealed } from '../testkit/sealed-heads.ts';
import type { Operation } from './api-document-types.ts';
import { apiDocument, apiOperations } from './api-operations.ts';
import { CALENDAR, type RestAnswer, rest } from './rest-client.ts';

let platform: TestPlatform;
const database = databaseClient(() => platform.databaseUrl);
beforeAll(async () => {
  platform = await startTestPlatform({ env: { SECURITY_CONTACT: 'mailto:security@claw.example' } });
});
afterAll(() => platform.stop());

describe('the API document', () => {
  it('is valid OpenAPI 3.1, as a validator of others says', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(
      structuredClone(apiDocument) as object as Record<string, unknown>,
    );
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is what the server answers', async () => {
    expect((await rest(platform, 'GET', '/openapi.json')).body).toEqual(apiDocument);
  });

  it('names every route of the host that is no page', () => {
    expect(apiOperations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'DELETE /v1/agents/{id}',
      'DELETE /v1/agents/{id}/approvers/{approver_id}',
      'DELETE /v1/agents/{id}/quarantines',
      'DELETE /v1/agents/{id}/senders/{sender_id}/limit',
      'DELETE /v1/agents/{id}/webhooks/{name}',
      'DELETE /v1/keys/{id}',
      'GET /.well-known/security.txt',
      'GET /health',
      'GET /health/ready',
      'GET /health/startup',
      'GET /v1/agents/{id}',
      'GET /v1/agents/{id}/approval-settings',
      'GET /v1/agents/{id}/approvers',
      'GET /v1/agents/{id}/approvers/{approver_id}/keys',
      'GET /v1/agents/{id}/keys',
      'GET /v1/agents/{id}/limits',
      'GET /v1/agents/{id}/quarantines',
      'GET /v1/agents/{id}/rejections-not-kept',
      'GET /v1/agents/{id}/senders/limits',
      'GET /v1/agents/{id}/storage',
      'GET /v1/agents/{id}/webhooks',
      'GET /v1/approvals',
      'GET /v1/approvals/{id}',
      'GET /v1/audit/checkpoint',
      'GET /v1/audit/consistency',
      'GET /v1/audit/entries',
      'GET /v1/audit/entries/{id}/proof',
      'GET /v1/audit/heads',
      'GET /v1/audit/keys',
      'GET /v1/directory/{handle}',
      'GET /v1/info',
      'GET /v1/keys',
      'GET /v1/registration-challenge',
      'GET /v1/requests',
      'GET /v1/requests/{id}',
      'GET /v1/requests/{id}/events',
      'GET /v1/storage',
      'PATCH /v1/agents/{id}',
      'POST /v1/agents',
      'POST /v1/agents/{handle}/requests',
      'POST /v1/agents/{id}/approvers',
      'POST /v1/agents/{id}/approvers/{approver_id}/keys',
      'POST /v1/agents/{id}/keys',
      'POST /v1/agents/{id}/policies/replay',
      'POST /v1/agents/{id}/webhooks/{name}/test',
      'POST /v1/approvals/{id}/approve',
      'POST /v1/approvals/{id}/deny',
      'POST /v1/directory/resolve',
      'POST /v1/keys',
      'POST /v1/keys/{id}/rotate',
      'POST /v1/requests/{id}/cancel',
      'POST /v1/requests/{id}/result',
      'POST /v1/senders',
      'PUT /v1/agents/{id}/approval-settings',
      'PUT /v1/agents/{id}/capabilities',
      'PUT /v1/agents/{id}/limits',
      'PUT /v1/agents/{id}/policies',
      'PUT /v1/agents/{id}/senders/{sender_id}/limit',
      'PUT /v1/agents/{id}/webhooks/{name}',
    ]);
  });

  it.each(apiOperations)('describes $id: words, examples, each parameter, each field, each answer', ({ operation }) => {
    expect(operation.summary).toMatch(/\S/);
    expect(operation.description).toMatch(/\S/);
    expect(operation.tags).toHaveLength(1);
    for (const { description } of operation.parameters ?? []) expect(description).toMatch(/\S/);
    const body = operation.requestBody?.content['application/json'];
    if (body) {
      expect(body.example).toBeDefined();
      for (const field of Object.values(body.schema?.properties ?? {})) expect(field.description).toMatch(/\S/);
    }
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      expect(description).toMatch(/\S/);
      const [media] = Object.values(content ?? {});
      if (status !== '204') expect(media?.example ?? media?.examples).toBeDefined();
    }
  });

  it('has examples that fit its own schemas', () => {
    for (const { operation, body } of apiOperations) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema) expectFits(schema, body, `body of ${operation.operationId}`);
      for (const { content = {} } of Object.values(operation.responses)) {
        for (const media of Object.values(content)) {
          const examples = [media.example, ...Object.values(media.examples ?? {}).map(({ value }) => value)];
          for (const example of examples) {
            if (example !== undefined) expectFits(media.schema, example, `example of ${operation.operationId}`);
          }
        }
      }
    }
  });

  it('says of every operation but those of health that it may be refused before it is begun, and when to come again', () => {
    for (const { id, path, operation } of apiOperations.filter((each) => !each.path.startsWith('/health'))) {
      for (const status of [429, 503]) {
        expect(Object.keys(operation.responses[status]?.headers ?? {}), `${id} ${path} ${status}`).toContain(
          'Retry-After',
        );
      }
    }
  });

  it('says of every answer of an operation that may be over a limit that it tells what is left', () => {
    for (const { id, operation } of apiOperations.filter((each) => takesFromALimiter(each.operation))) {
      for (const [status, { headers = {} }] of Object.entries(operation.responses)) {
        if (!status.startsWith('2') && status !== '429') continue;
        expect(Object.keys(headers), `${id} ${status}`).toEqual(
          expect.arrayContaining(['RateLimit-Policy', 'RateLimit']),
        );
      }
    }
  });

  it('has objects of the caller’s own in its examples and defaults as they are sent, not as the platform keeps them', () => {
    const capability = bodyOf('publishCapabilities').schema?.properties?.capabilities?.items?.properties ?? {};
    expect(capability.params_schema?.default).toEqual({});
    expect(capability.constraints?.default).toEqual({});
    expect(bodyOf('submitRequest').schema?.properties?.params?.default).toEqual({});
    for (const id of ['publishCapabilities', 'getDirectoryEntry']) {
      const answer = operationOf(id).responses[200]?.content?.['application/json']?.example;
      expect(answer, id).toMatchObject({ capabilities: [CALENDAR] });
    }
  });
});

const operationOf = (id: string) =>
  apiOperations.find((each) => each.id === id)?.operation ?? expect.fail(`no operation ${id}`);
const bodyOf = (id: string) =>
  operationOf(id).requestBody?.content['application/json'] ?? expect.fail(`${id}: no body`);

/** It may be refused for too many calls, and then says so before as well. */
/** Of a limit of its own: every call has what its caller's calls may cost together. */
const takesFromALimiter = ({ responses }: Operation) =>
  responses[429] !== undefined && !responses[429].description?.startsWith('What its caller’s calls may cost');

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajvFormats.default(ajv);
ajv.addSchema({ $id: 'document', components: apiDocument.components });

function expectFits(schema: object | undefined, value: unknown, what: string): void {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
  const fits = ajv.validate(JSON.parse(text), value);
  expect(fits, `${what}: ${ajv.errorsText()}`).toBe(true);
}

describe('what is answered', () => {
  it('fits what the document says of it, operation by operation', async () => {
    const seen = new Set<string>();
    const expectDocumented = (id: string, { status, body, text, headers }: RestAnswer) => {
      const { operation } = apiOperations.find((each) => each.id === id) ?? expect.fail(`no operation ${id}`);
      const response = operation.responses[status];
      expect(response, `${id} answered ${status}`).toBeDefined();
      if (takesFromALimiter(operation) && status < 300) expectLimitsTold({ status, headers });
      const [type, media] = Object.entries(response?.content ?? {})[0] ?? [];
      if (type !== undefined) {
        expect(headers.get('content-type')).toContain(type);
        expectFits(media?.schema, body ?? text, `${id} ${status}`);
      }
      seen.add(`${id} ${status}`);
      return body;
    };
    const handle = uniqueHandle();
    const call = async (id: string, method: string, path: string, options = {}) =>
      expectDocumented(id, await rest(platform, method, path, options));

    const registration = { display_name: 'A', handle };
    const {
      id,
      api_key: key,
      owner_key: ownerKey,
    } = await call('registerAgent', 'POST', '/v1/agents', { body: registration });
    await call('registerAgent', 'POST', '/v1/agents', { body: registration });
    await call('getAgent', 'GET', `/v1/agents/${id}`);
    await call('getAgent', 'GET', `/v1/agents/${handle}`);
    const rules = [
      { condition: 'params_title == "no"', action: 'reject', reason: 'No' },
      { condition: 'False', action: 'allow' },
    ];
    await call('publishPolicies', 'PUT', `/v1/agents/${id}/policies`, { key, body: { rules } });
    const body = { capabilities: [CALENDAR, { action: 'bare' }] };
    await call('publishCapabilities', 'PUT', `/v1/agents/${id}/capabilities`, { key, body });
    const sender = await call('registerSender', 'POST', '/v1/senders', { body: { display_name: 'S' } });
    await call('resolveHandle', 'POST', '/v1/directory/resolve', { body: { handle } });
    await call('getDirectoryEntry', 'GET', `/v1/directory/${handle}`);
    const path = `/v1/agents/${handle}/requests`;
    const submit = { key: sender.api_key, body: STANDUP };
    await call('submitRequest', 'POST', path, submit);
    const channel = await openChannel(platform, { id, handle, apiKey: key });
    await call('submitRequest', 'POST', path, { ...submit, body: { action: 'nothing' } });
    const submitted = await call('submitRequest', 'POST', path, { ...submit, headers: { 'idempotency-key': 'k' } });
    await call('getRequest', 'GET', `/v1/requests/${submitted.id}`, { key: sender.api_key });
    await call('cancelRequest', 'POST', `/v1/requests/${submitted.id}/cancel`, { key: sender.api_key });
    await call('cancelRequest', 'POST', `/v1/requests/${submitted.id}/cancel`, { key: sender.api_key });
    await call('submitRequest', 'POST', path, { ...submit, headers: { 'idempotency-key': 'k' } });
    const done = await call('submitRequest', 'POST', path, submit);
    await channel.received(done.id);
    await call('reportResult', 'POST', `/v1/requests/${done.id}/result`, { key, body: { status: 'completed' } });
    await call('replayPolicies', 'POST', `/v1/agents/${id}/policies/replay`, { key, body: { rules } });
    await call('publishPolicies', 'PUT', `/v1/agents/${id}/policies?check=true`, { key, body: { rules } });
    await call('listRequests', 'GET', '/v1/requests', { key: sender.api_key });
    const events = `/v1/requests/${submitted.id}/events`;
    await call('followRequest', 'GET', events, { key: sender.api_key });
    await call('followRequest', 'GET', events, { key: sender.api_key, headers: { 'last-event-id': '99' } });
    const { id: keyId } = await call('createApiKey', 'POST', '/v1/keys', { key: sender.api_key });
    await call('rotateApiKey', 'POST', `/v1/keys/${keyId}/rotate`, { key: sender.api_key });
    await call('listApiKeys', 'GET', '/v1/keys', { key: sender.api_key });
    await call('createAgentApiKey', 'POST', `/v1/agents/${id}/keys`, { key: ownerKey });
    await call('listAgentApiKeys', 'GET', `/v1/agents/${id}/keys`, { key: ownerKey });
    await call('updateAgent', 'PATCH', `/v1/agents/${id}`, { key: ownerKey, body: { description: 'New' } });
    await call('revokeApiKey', 'DELETE', `/v1/keys/${keyId}`, { key: sender.api_key });
    const leaving = {
      key: (await call('registerSender', 'POST', '/v1/senders', { body: { display_name: 'L' } })).api_key,
    };
    const { items: lasts } = await call('listApiKeys', 'GET', '/v1/keys', leaving);
    await call('revokeApiKey', 'DELETE', `/v1/keys/${lasts[0].id}`, leaving);
    const approvers = `/v1/agents/${id}/approvers`;
    const asOwner = { key: ownerKey };
    const approver = await call('createApprover', 'POST', approvers, { ...asOwner, body: { display_name: 'Ann' } });
    await call('listApprovers', 'GET', approvers, asOwner);
    const approverKeys = `${approvers}/${approver.id}/keys`;
    await call('createApproverApiKey', 'POST', approverKeys, asOwner);
    await call('listApproverApiKeys', 'GET', approverKeys, asOwner);
    await call('removeApprover', 'DELETE', `${approvers}/${approver.id}`, asOwner);
    const held = [{ condition: 'True', action: 'require_approval', reason: 'Ask first' }];
    await call('publishPolicies', 'PUT', `/v1/agents/${id}/policies`, { key, body: { rules: held } });
    const waiting = await call('submitRequest', 'POST', path, submit);
    await call('getRequest', 'GET', `/v1/requests/${waiting.id}`, { key: sender.api_key });
    const { items } = await call('listApprovals', 'GET', '/v1/approvals?status=pending', asOwner);
    await call('getApproval', 'GET', `/v1/approvals/${items[0].id}`, asOwner);
    await call('getApproval', 'GET', `/v1/approvals/${waiting.id}`, asOwner);
    const settings = `/v1/agents/${id}/approval-settings`;
    await call('setApprovalSettings', 'PUT', settings, { ...asOwner, body: { window_seconds: 3_600 } });
    await call('getApprovalSettings', 'GET', settings, asOwner);
    const second = await call('createApprover', 'POST', approvers, { ...asOwner, body: { display_name: 'Bob' } });
    await call('setApprovalSettings', 'PUT', settings, { ...asOwner, body: { quorum: 2 } });
    await call('removeApprover', 'DELETE', `${approvers}/${second.id}`, asOwner);
    await call('setApprovalSettings', 'PUT', settings, { ...asOwner, body: { window_seconds: 3_600 } });
    const approve = `/v1/approvals/${items[0].id}/approve`;
    await call('approveRequest', 'POST', approve, { ...asOwner, body: { digest: 'of something else' } });
    await call('approveRequest', 'POST', approve, { ...asOwner, body: { digest: items[0].digest } });
    await call('submitRequest', 'POST', path, submit);
    const { items: next } = await call('listApprovals', 'GET', '/v1/approvals?status=pending', asOwner);
    const deny = { ...asOwner, body: { digest: next[0].digest } };
    await call('denyRequest', 'POST', `/v1/approvals/${items[0].id}/deny`, deny);
    await call('denyRequest', 'POST', `/v1/approvals/${next[0].id}/deny`, deny);
    await call('denyRequest', 'POST', `/v1/approvals/${waiting.id}/deny`, deny);
    const webhooks = `/v1/agents/${id}/webhooks`;
    const webhook = { url: 'https://hooks.example/', events: ['approval_requested'] };
    await call('setWebhook', 'PUT', `${webhooks}/pager`, { ...asOwner, body: webhook });
    await call('listWebhooks', 'GET', webhooks, asOwner);
    await call('testWebhook', 'POST', `${webhooks}/pager/test`, asOwner);
    await call('testWebhook', 'POST', `${webhooks}/pager/test`, asOwner);
    await call('removeWebhook', 'DELETE', `${webhooks}/pager`, asOwner);
    await call('listQuarantines', 'GET', `/v1/agents/${id}/quarantines`, asOwner);
    await call('liftQuarantine', 'DELETE', `/v1/agents/${id}/quarantines`, asOwner);
    await call('getOwnStorage', 'GET', '/v1/storage', { key: sender.api_key });
    await call('getAgentStorage', 'GET', `/v1/agents/${id}/storage`, asOwner);
    await call('listRejectionsNotKept', 'GET', `/v1/agents/${id}/rejections-not-kept`, asOwner);
    const limits = `/v1/agents/${id}/limits`;
    await call('setAgentLimits', 'PUT', limits, { ...asOwner, body: { per_minute: 5 } });
    await call('getAgentLimits', 'GET', limits, asOwner);
    const ofSender = `/v1/agents/${id}/senders/${sender.id}/limit`;
    await call('setSenderLimit', 'PUT', ofSender, { ...asOwner, body: { blocked: true } });
    await call('listSenderLimits', 'GET', `/v1/agents/${id}/senders/limits`, asOwner);
    await call('removeSenderLimit', 'DELETE', ofSender, asOwner);
    const { items: entries } = await call('listAuditEntries', 'GET', '/v1/audit/entries', asOwner);
    const proof = `/v1/audit/entries/${entries.at(-1).id}/proof`;
    await eventually(async () => expect((await rest(platform, 'GET', proof, asOwner)).status).toBe(200));
    await call('getAuditProof', 'GET', proof, asOwner);
    await call('getAuditCheckpoint', 'GET', '/v1/audit/checkpoint', asOwner);
    await call('getAuditConsistency', 'GET', '/v1/audit/consistency', asOwner);
    await untilHeadsSealed(database);
    await call('getAuditHeads', 'GET', '/v1/audit/heads', asOwner);
    await call('listAuditKeys', 'GET', '/v1/audit/keys', asOwner);
    await call('getHealth', 'GET', '/health');
    await call('getReadiness', 'GET', '/health/ready');
    await call('getStartup', 'GET', '/health/startup');
    await call('getInfo', 'GET', '/v1/info');
    await call('getSecurityTxt', 'GET', '/.well-known/security.txt');
    await call('getRegistrationChallenge', 'GET', '/v1/registration-challenge');
    await call('deleteAgent', 'DELETE', `/v1/agents/${id}`, { key });

    const promised = apiOperations.flatMap((each) =>
      Object.keys(each.operation.responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${each.id} ${status}`),
    );
    expect(promised.filter((each) => !seen.has(each))).toEqual([]);
  });

  it('names the agent by its id and by its handle alike', async () => {
    const agent = await registerAgent(platform);
    const byId = await rest(platform, 'GET', `/v1/agents/${agent.id}`);
    expect((await rest(platform, 'GET', `/v1/agents/${agent.handle}`)).body).toEqual(byId.body);
  });
});
