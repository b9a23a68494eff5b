import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  AgentQuarantinedError,
  OverloadedError,
  RateLimitedError,
  StorageFullError,
  UnavailableError,
} from '../../src/domain/errors.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import { MCP_ERRORS, type McpErrorName } from '../../src/transport/mcp/error-catalogue.ts';
import { agentAndSender, ownerOf, STANDUP } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { keyWithout } from '../testkit/limited-keys.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { ANSWER_MAX_BYTES, doorOver } from './door.ts';
import { Listener } from './listener.ts';
import { callTool, headersOf, type McpAnswer, mcp, mcpResult, post, TASKS } from './mcp-client.ts';
import { whileTimePasses } from './while-time-passes.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });
const NO_REQUEST = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const SCHEDULE = { name: 'calendar_schedule', args: STANDUP.params } as const;
const QUEUED = { 'clawcierge/whenOffline': 'queue' } as const;

/** Somebody who may call, and whom. */
async function pair() {
  const { agent, sender } = await agentAndSender(platform);
  const path = `/mcp/${agent.handle}`;
  const key = sender.apiKey;
  return { agent, sender, path, key, request: { key } };
}

/** An answer of the protocol's own that is an error. */
function expectError(answer: McpAnswer, name: McpErrorName, status = Number(MCP_ERRORS[name].status)) {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.message).toMatchObject({ jsonrpc: '2.0', error: { code: MCP_ERRORS[name].code } });
  expect(answer.message.error.message).toMatch(/\S/);
  return answer.message;
}

function expectToolError(result: object, name: McpErrorName) {
  expect(MCP_ERRORS[name].code).toBe('tool error');
  const text = expect.stringMatching(new RegExp(`^${name}: \\S`));
  expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text }] });
  expect(result).not.toHaveProperty('structuredContent');
}

/** The door with use cases that fail so. */
async function whereUseCasesFail(error: Error) {
  const fail = async () => {
    throw error;
  };
  const offerOf = async (handle: string) => (handle === 'fails' ? fail() : { agent: { handle }, contract: null });
  return doorOver({ agents: { offerOf }, requests: { submit: fail, find: fail } });
}

/** By the name of the error: has the platform answer with it. */
const PROVOKED: Readonly<Record<McpErrorName, () => Promise<unknown>>> = {
  async not_json() {
    const { path, request } = await pair();
    for (const body of ['{"jsonrpc":', '']) {
      expect(expectError(await post(platform, path, body, request), 'not_json').id).toBe(null);
    }
  },
  async not_json_rpc() {
    const { path, request } = await pair();
    const call = { jsonrpc: '2.0', id: 7, method: 'tools/list' };
    for (const body of [null, 1, {}, { id: 1, method: 'x' }, { ...call, id: {} }, [call], [call, call], []]) {
      expectError(await post(platform, path, body, request), 'not_json_rpc');
    }
    const named = expectError(await post(platform, path, { ...call, method: 1 }, request), 'not_json_rpc');
    expect(named.id).toBe(7);
  },
  async foreign_origin() {
    const { agent, request } = await pair();
    for (const origin of ['https://evil.example', 'null', 'nonsense']) {
      expectError(
        await mcp(platform, agent.handle, 'tools/list', { ...request, headers: { origin } }),
        'foreign_origin',
      );
    }
    const own = await mcp(platform, agent.handle, 'tools/list', { ...request, headers: { origin: platform.url } });
    expect(own.status).toBe(200);
  },
  async unauthenticated() {
    const { agent } = await pair();
    const without = await mcp(platform, agent.handle, 'server/discover');
    expectError(without, 'unauthenticated');
    const challenge = 'Bearer realm="clawcierge", scope="requests:submit"';
    expect(without.headers.get('www-authenticate')).toBe(challenge);
    const wrong = await mcp(platform, agent.handle, 'server/discover', { key: 'ck_sender_wrong' });
    expectError(wrong, 'unauthenticated');
    expect(wrong.headers.get('www-authenticate')).toBe(`${challenge}, error="invalid_token"`);
  },
  async forbidden() {
    const { agent, sender } = await pair();
    const { apiKey } = await keyWithout(platform, sender, { kind: 'SENDER', scope: 'requests:submit' });
    const lacking = await mcp(platform, agent.handle, 'tools/list', { key: apiKey });
    expectError(lacking, 'forbidden');
    expect(lacking.headers.get('www-authenticate')).toBe(
      'Bearer realm="clawcierge", error="insufficient_scope", scope="requests:submit"',
    );
    expectError(await mcp(platform, agent.handle, 'tools/list', { key: agent.ownerKey }), 'forbidden');
  },
  async agent_not_found() {
    const { request } = await pair();
    expectError(await mcp(platform, uniqueHandle(), 'tools/list', request), 'agent_not_found');
  },
  async body_too_large() {
    const { agent, path, request } = await pair();
    expectError(await post(platform, path, { text: 'x'.repeat(1_048_576) }, request), 'body_too_large');
    for (const era of ['modern', 'legacy'] as const) {
      const list = { ...request, era, params: { _meta: { much: 'x'.repeat(65_536) } } };
      const { error } = expectError(await mcp(platform, agent.handle, 'tools/list', list), 'body_too_large');
      expect(error.message).toContain('65,536 characters');
    }
    const args = { title: 'x'.repeat(65_536) };
    expectToolError(await callTool(platform, agent.handle, { ...request, ...SCHEDULE, args }), 'invalid_input');
  },
  async answer_too_large() {
    const offer = (description: string) => ({
      agent: { id: 'a', handle: 'anybody', displayName: 'Anybody' },
      contract: {
        version: 1,
        capabilities: [{ action: 'do', description, paramsSchema: {}, constraints: {}, resultSchema: null, hints: {} }],
      },
    });
    const id = NO_REQUEST;
    const result = JsonText.of({ text: '"'.repeat(ANSWER_MAX_BYTES / 4) });
    const at = await doorOver({
      agents: {
        offerOf: async (handle: string) => offer(handle === 'large' ? 'x'.repeat(ANSWER_MAX_BYTES) : 'Does it.'),
      },
      requests: {
        submit: async () => ({ id, status: 'COMPLETED', result, error: null, isReplay: false }),
        waitForOutcome: async () => null,
        resultFormatOf: async () => 'JSON',
      },
    });
    const request = { key: 'k' };
    const { id: told, error } = expectError(await mcp(at, 'large', 'tools/list', request), 'answer_too_large');
    expect(told).not.toBeNull();
    expect(error.message).toContain('100,000 bytes');
    for (const era of ['modern', 'legacy'] as const) {
      const answer = await callTool(at, 'small', { ...request, era, name: 'do' });
      expect(answer).toMatchObject({ isError: true, _meta: { 'clawcierge/requestId': id } });
      expect(answer.content[0].text).toBe(
        `answer_too_large: The answer would have more than 100,000 bytes. The request is done: read its result at /v1/requests/${id}.`,
      );
    }
  },
  async content_type() {
    const { agent, request } = await pair();
    for (const type of ['text/plain', 'application/merge-patch+json', null]) {
      const headers = { ...headersOf('tools/list', {}), 'content-type': type };
      expectError(await mcp(platform, agent.handle, 'tools/list', { ...request, headers }), 'content_type');
    }
  },
  async not_acceptable() {
    const { agent, request } = await pair();
    const headers = { accept: 'application/json' };
    const answer = await mcp(platform, agent.handle, 'tools/list', { ...request, era: 'legacy', headers });
    expectError(answer, 'not_acceptable');
  },
  async unknown_method() {
    const { agent, request } = await pair();
    for (const method of ['nothing/at-all', 'prompts/list', 'initialize']) {
      expectError(await mcp(platform, agent.handle, method, request), 'unknown_method', 404);
    }
    for (const method of ['nothing/at-all', 'resources/list', 'tasks/get']) {
      const params = { taskId: NO_REQUEST };
      const answer = await mcp(platform, agent.handle, method, { ...request, era: 'legacy', params });
      expectError(answer, 'unknown_method', 200);
    }
  },
  async invalid_meta() {
    const { path, request } = await pair();
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
    const headers = headersOf('tools/list', {});
    expectError(await post(platform, path, body, { ...request, headers }), 'invalid_meta');
  },
  async invalid_params() {
    const { agent, request } = await pair();
    const wrong = { name: 'calendar_schedule', arguments: [] };
    expectError(await mcp(platform, agent.handle, 'tools/call', { ...request, params: wrong }), 'invalid_params');
    for (const cursor of ['x', 5]) {
      for (const era of ['modern', 'legacy'] as const) {
        const list = { ...request, era, params: { cursor } };
        expectError(await mcp(platform, agent.handle, 'tools/list', list), 'invalid_params');
      }
    }
    expectError(await mcp(platform, agent.handle, 'initialize', { ...request, era: 'legacy' }), 'invalid_params');
    const token = { ...SCHEDULE, _meta: { progressToken: 'x'.repeat(256) } };
    const call = await mcp(platform, agent.handle, 'tools/call', { ...request, params: token });
    expect(expectError(call, 'invalid_params').error.message).toContain('at most 255 characters');
    const noTask = { ...request, capabilities: TASKS, params: {} };
    expectError(await mcp(platform, agent.handle, 'tasks/get', noTask), 'invalid_params');
  },
  async header_mismatch() {
    const { agent, request } = await pair();
    for (const headers of [{ 'mcp-method': 'tools/call' }, { 'mcp-method': null }, { 'mcp-protocol-version': null }]) {
      const answer = await mcp(platform, agent.handle, 'tools/list', { ...request, headers });
      expectError(answer, 'header_mismatch');
    }
  },
  async missing_capability() {
    const { agent, request } = await pair();
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const params = { taskId: NO_REQUEST };
      const answer = await mcp(platform, agent.handle, method, { ...request, params });
      const { error } = expectError(answer, 'missing_capability');
      expect(error.data).toEqual({ requiredCapabilities: TASKS });
    }
  },
  async unsupported_version() {
    const { agent, request } = await pair();
    const version = { 'io.modelcontextprotocol/protocolVersion': '2031-01-01' };
    const answer = await mcp(platform, agent.handle, 'tools/list', {
      ...request,
      params: { _meta: version },
      headers: { 'mcp-protocol-version': '2031-01-01' },
    });
    expect(expectError(answer, 'unsupported_version').error.data.supported).toEqual(['2026-07-28']);
  },
  async unknown_tool() {
    const { agent, request } = await pair();
    const params = { name: 'calendar_cancel', arguments: {} };
    const { error } = expectError(
      await mcp(platform, agent.handle, 'tools/call', { ...request, params }),
      'unknown_tool',
    );
    expect(error.message).toBe('Unknown tool: calendar_cancel');
    expect(error.data).toEqual({
      reason: expect.stringMatching(/\S/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  },
  async request_rejected() {
    const { agent, request } = await pair();
    const result = await callTool(platform, agent.handle, { ...request, ...SCHEDULE, args: {} });
    expectToolError(result, 'request_rejected');
  },
  async invalid_input() {
    const { agent, request } = await pair();
    const meta = { 'clawcierge/expiresInSeconds': 0.5 };
    const result = await callTool(platform, agent.handle, { ...request, ...SCHEDULE, meta });
    expectToolError(result, 'invalid_input');
    expect(result.content[0].text).toContain('_meta["clawcierge/expiresInSeconds"] must be a whole number');
    const { agent: other } = await pair();
    const keyed = { ...QUEUED, 'clawcierge/idempotencyKey': uniqueHandle('key'), 'clawcierge/expiresInSeconds': 1 };
    const task = { ...request, ...SCHEDULE, capabilities: TASKS, meta: keyed };
    await whileTimePasses(platform, clock, callTool(platform, agent.handle, task), { atLeastMs: 1_000 });
    const reused = await callTool(platform, other.handle, task);
    expectToolError(reused, 'invalid_input');
    expect(reused.content[0].text).toContain('_meta["clawcierge/idempotencyKey"] was used before');
    const wrong = { name: 'clawcierge_request', args: { id: NO_REQUEST } };
    expectToolError(await callTool(platform, agent.handle, { ...request, ...wrong }), 'invalid_input');
  },
  async blocked() {
    const { agent, sender, request } = await pair();
    const limit = { agentId: agent.id, senderId: sender.id, blocked: true, reason: 'Asks for secrets' };
    await mutateSuccessfully(platform, 'setSenderLimit', limit, 'senderLimit { blocked }', ownerOf(agent));
    expectToolError(await callTool(platform, agent.handle, { ...request, ...SCHEDULE }), 'blocked');
  },
  async suspended() {
    const { agent, sender, request } = await pair();
    const input = { id: sender.id, reason: 'Stopped' };
    await mutateSuccessfully(platform, 'suspendSender', input, 'sender { id }', await logIn(platform));
    expectToolError(await callTool(platform, agent.handle, { ...request, ...SCHEDULE }), 'suspended');
  },
  async agent_not_connected() {
    const { agent, request } = await pair();
    const result = await callTool(platform, agent.handle, { ...request, ...SCHEDULE });
    expectToolError(result, 'agent_not_connected');
    expect(result.content[0].text).toContain('"clawcierge/whenOffline": "queue"');
    expect(result._meta).toMatchObject({ 'clawcierge/retryAfterSeconds': 5 });
  },
  async agent_quarantined() {
    const at = await whereUseCasesFail(new AgentQuarantinedError(2_400));
    const result = await callTool(at, 'anybody', { key: 'k', ...SCHEDULE });
    expectToolError(result, 'agent_quarantined');
    expect(result._meta).toMatchObject({ 'clawcierge/retryAfterSeconds': 2_400 });
  },
  async rate_limited() {
    const at = await whereUseCasesFail(new RateLimitedError(11.2));
    const result = await callTool(at, 'anybody', { key: 'k', ...SCHEDULE });
    expectToolError(result, 'rate_limited');
    expect(result._meta).toMatchObject({ 'clawcierge/retryAfterSeconds': 12 });
  },
  async unavailable() {
    const at = await whereUseCasesFail(new UnavailableError('Not now.', 2));
    expectToolError(await callTool(at, 'anybody', { key: 'k', ...SCHEDULE }), 'unavailable');
    const before = await mcp(at, 'fails', 'tools/list', { key: 'k' });
    expect([before.status, before.message.error.code, before.headers.get('retry-after')]).toEqual([503, 503, '2']);
  },
  async storage_full() {
    const at = await whereUseCasesFail(new StorageFullError());
    expectToolError(await callTool(at, 'anybody', { key: 'k', ...SCHEDULE }), 'storage_full');
  },
  async overloaded() {
    const at = await whereUseCasesFail(new OverloadedError(2));
    const result = await callTool(at, 'anybody', { key: 'k', ...SCHEDULE });
    expectToolError(result, 'overloaded');
    expect(result._meta).toMatchObject({ 'clawcierge/retryAfterSeconds': 2 });
    const before = await mcp(at, 'fails', 'tools/list', { key: 'k' });
    expect([before.status, before.message.error.code, before.headers.get('retry-after')]).toEqual([503, 503, '2']);
  },
  async not_finished() {
    const { agent, request } = await pair();
    const calling = callTool(platform, agent.handle, { ...request, ...SCHEDULE, meta: QUEUED });
    const result = await whileTimePasses(platform, clock, calling, { atLeastMs: 50_000 });
    expectToolError(result, 'not_finished');
    const { 'clawcierge/requestId': id, 'clawcierge/status': status } = result._meta;
    expect(status).toBe('pending');
    expect(result.content[0].text).toContain(`clawcierge_request and {"request_id": "${id}"}`);
  },
  async request_not_found() {
    const { agent, request } = await pair();
    for (const name of ['clawcierge_request', 'clawcierge_cancel']) {
      const call = { name, args: { request_id: NO_REQUEST } };
      expectToolError(await callTool(platform, agent.handle, { ...request, ...call }), 'request_not_found');
    }
  },
  async request_finished() {
    const { agent, request } = await pair();
    const { _meta } = await callTool(platform, agent.handle, { ...request, ...SCHEDULE, args: {} });
    const call = { name: 'clawcierge_cancel', args: { request_id: _meta['clawcierge/requestId'] } };
    expectToolError(await callTool(platform, agent.handle, { ...request, ...call }), 'request_finished');
  },
  async task_not_found() {
    const { agent, request } = await pair();
    for (const method of ['tasks/get', 'tasks/cancel']) {
      for (const taskId of [NO_REQUEST, 'nonsense']) {
        const params = { taskId };
        const answer = await mcp(platform, agent.handle, method, { ...request, capabilities: TASKS, params });
        expectError(answer, 'task_not_found');
      }
    }
  },
  async task_finished() {
    const { agent, request } = await pair();
    const { _meta } = await callTool(platform, agent.handle, { ...request, ...SCHEDULE, args: {} });
    const params = { taskId: _meta['clawcierge/requestId'] };
    const task = { ...request, capabilities: TASKS, params };
    expect(await mcpResult(platform, agent.handle, 'tasks/cancel', task)).toMatchObject({ resultType: 'complete' });
  },
  async too_many_streams() {
    const at = await platformForTest({ env: { STREAMS_MAX: '1' } });
    const { agent, sender } = await agentAndSender(at);
    const request = { key: sender.apiKey, params: { notifications: { toolsListChanged: true } } };
    const listening = await Listener.open(at, agent.handle, request);
    const answer = await mcp(at, agent.handle, 'subscriptions/listen', request);
    expectError(answer, 'too_many_streams');
    listening.close();
  },
  async internal() {
    const at = await whereUseCasesFail(new Error('the password of the database'));
    const params = { name: 'anything', arguments: {} };
    const within = await mcp(at, 'anybody', 'tools/call', { key: 'k', params });
    const before = await mcp(at, 'fails', 'tools/list', { key: 'k' });
    for (const [answer, status] of [
      [within, 200],
      [before, 500],
    ] as const) {
      const { error } = expectError(answer, 'internal', status);
      expect(answer.text).not.toContain('password');
      expect(error.data.errorId).toMatch(/^[0-9a-f-]{36}$/);
      expect(at.log.errors().join()).toContain(error.data.errorId);
    }
  },
};

describe('an error by its name', () => {
  it.each(Object.entries(PROVOKED))('%s', async (_name, provoke) => {
    await provoke();
  });

  it('is told to outsiders as it is here', async () => {
    const page = await readFile(new URL('../../schema/mcp.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(
      Object.entries(MCP_ERRORS).map(([name, { when, status, code }]) => [name, when, status, String(code)]),
    );
  });
});
