import { describe, expect, it } from 'vitest';
import { CAPABILITIES_MAX } from '../../src/domain/contract.ts';
import { wirePath } from '../../src/transport/rest/field-names.ts';
import { preferredWaitSeconds } from '../../src/transport/rest/prefer.ts';
import { AGENT_ID, failingWith, stubServer } from './stub-server.ts';

/** What is wrong with the input, path by path. The use case is not reached. */
async function errorsOf(method: 'POST' | 'PUT', url: string, payload: object | null) {
  const { server } = await stubServer({ app: failingWith(() => new Error('the use case was reached')) });
  const response = await server.inject({
    method,
    url,
    headers: { authorization: 'Bearer agent', 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
  expect(response.statusCode, response.body).toBe(422);
  const { errors } = response.json() as { errors: { path: string; message: string }[] };
  return Object.fromEntries(errors.map(({ path, message }) => [path, message]));
}

describe('input', () => {
  it('has every problem reported at once, with its path', async () => {
    expect(await errorsOf('POST', '/v1/agents', { handle: 'NO', description: 5 })).toEqual({
      display_name: 'is required',
      handle: expect.stringMatching(/3 to 64 characters/),
      description: 'must be string or null',
    });
    const capabilities = [{ action: '' }, { action: 'a.b', params_schema: 'x', constraints: [] }, 7];
    expect(await errorsOf('PUT', `/v1/agents/${AGENT_ID}/capabilities`, { capabilities })).toEqual({
      'capabilities.0.action': 'must not be empty',
      'capabilities.1.params_schema': 'must be object',
      'capabilities.1.constraints': 'must be object',
      'capabilities.2': 'must be object',
    });
    const policies = { rules: [{ condition: 'True', action: 'explode' }], default_action: 'REJECT' };
    expect(await errorsOf('PUT', `/v1/agents/${AGENT_ID}/policies`, policies)).toEqual({
      'rules.0.action': 'must be one of reject, waive_approval, require_approval, allow',
      default_action: 'must be one of reject, require_approval, allow',
    });
  });

  it('is not converted: "10" is no number, 1 is no text', async () => {
    const body = { action: 1, params: [], expires_in_seconds: '10', when_offline: null };
    expect(Object.keys(await errorsOf('POST', '/v1/agents/marius.exec/requests', body)).sort()).toEqual([
      'action',
      'expires_in_seconds',
      'params',
      'when_offline',
    ]);
  });

  it('that is JSON but no object is 422 as well', async () => {
    for (const body of [null, [], 'x' as unknown as object]) {
      expect(await errorsOf('POST', '/v1/senders', body)).toEqual({ body: 'must be object' });
    }
  });

  it('that is a list far over its bound is refused by its length, not item by item', async () => {
    const capabilities = Array.from({ length: 20_000 }, () => 0);
    expect(await errorsOf('PUT', `/v1/agents/${AGENT_ID}/capabilities`, { capabilities })).toEqual({
      capabilities: `must have at most ${CAPABILITIES_MAX} items`,
    });
  });

  it('never lists more than a hundred problems', async () => {
    const capabilities = Array.from({ length: CAPABILITIES_MAX }, () => ({
      action: '',
      params_schema: 1,
      constraints: 1,
    }));
    const errors = await errorsOf('PUT', `/v1/agents/${AGENT_ID}/capabilities`, { capabilities });
    expect(Object.keys(errors)).toHaveLength(100);
  });

  it('may be left out where that is said, whatever its type', async () => {
    const seen: unknown[] = [];
    const app = { agents: { delete: async (_principal: unknown, input: unknown) => void seen.push(input) } };
    const { server } = await stubServer({ app });
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const response = await server.inject({
        method: 'DELETE',
        url: `/v1/agents/${AGENT_ID}`,
        headers: { authorization: 'Bearer agent', ...headers },
      });
      expect(response.statusCode).toBe(204);
    }
    expect(seen).toEqual([{ agentId: AGENT_ID }, { agentId: AGENT_ID }]);
  });

  it('comes after the key: 401 and 403 before anything that is wrong with it', async () => {
    const { server } = await stubServer({ app: failingWith(() => new Error('the use case was reached')) });
    const url = `/v1/agents/${AGENT_ID}/capabilities`;
    const headers = { 'content-type': 'application/json' };
    const refused = async (key: string) =>
      (
        await server.inject({
          method: 'PUT',
          url,
          payload: '{',
          headers: { ...headers, authorization: `Bearer ${key}` },
        })
      ).statusCode;
    expect(await refused('unknown')).toBe(401);
    expect(await refused('sender')).toBe(403);
    expect(await refused('agent')).toBe(400);
  });

  it("an admin's cookie is no key", async () => {
    const { server } = await stubServer();
    const response = await server.inject({
      method: 'DELETE',
      url: `/v1/agents/${AGENT_ID}`,
      headers: { cookie: 'clawcierge_admin=x', 'sec-fetch-site': 'same-origin' },
    });
    expect(response.statusCode).toBe(401);
  });
});

describe('paths of problems', () => {
  it.each([
    ['input.displayName', 'display_name'],
    ['input.capabilities.0.paramsSchema', 'capabilities.0.params_schema'],
    ['input.capabilities.0.paramsSchema.properties.displayName', 'capabilities.0.params_schema.properties.displayName'],
    ['input.params.displayName', 'params.displayName'],
    ['input.rules.3.condition', 'rules.3.condition'],
    ['input.idempotencyKey', 'Idempotency-Key'],
    ['input.expectedAgentId', 'if_agent_id'],
    ['expires_in_seconds', 'expires_in_seconds'],
  ])('%s is told as %s', (path, told) => expect(wirePath(path)).toBe(told));
});

describe('Prefer', () => {
  it.each([
    ['wait=10', 10],
    ['respond-async, wait=10', 10],
    ['WAIT = 7', 7],
    ['wait="5"', 5],
    ['wait=5; foo=bar', 5],
    ['foo; wait=3', 0],
    ['wait=600', 60],
    ['wait=3, wait=9', 3],
    ['wait=0', 0],
    ['wait=soon', 0],
    ['wait=-1', 0],
    ['wait=1.5', 0],
    ['wait', 0],
    ['waiter=5', 0],
    ['', 0],
    [undefined, 0],
  ])('%j waits %i s', (prefer, seconds) => expect(preferredWaitSeconds(prefer)).toBe(seconds));
});
