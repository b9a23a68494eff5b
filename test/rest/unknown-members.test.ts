import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgent, registerSender, STANDUP } from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { CALENDAR, expectProblem, rest } from './rest-client.ts';

let platform: TestPlatform;
let agent: { id: string; handle: string; apiKey: string };
let sender: { apiKey: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  agent = await registerAgent(platform);
  sender = await registerSender(platform);
  await publish('capabilities', { capabilities: [CALENDAR] });
});
afterAll(() => platform.stop());

const submit = (body: unknown, query = '') =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests${query}`, { key: sender.apiKey, body });
const publish = (what: 'capabilities' | 'policies', body: unknown, query = '') =>
  rest(platform, 'PUT', `/v1/agents/${agent.id}/${what}${query}`, { key: agent.apiKey, body });

const unknown = (path: string, meant?: string) => ({
  path,
  message: `is not a field of this request${meant === undefined ? '' : `; did you mean ${meant}?`}`,
});

describe('a member of the body that is none', () => {
  it('is named with the one that was meant, where the request is taken', async () => {
    const { status, body } = await submit({ ...STANDUP, when_offline: 'queue', expires_in: 60, colour: 'red' });
    expect(status).toBe(202);
    expect(body.warnings).toEqual([unknown('expires_in', '"expires_in_seconds"'), unknown('colour')]);
  });

  it('is named where the request is refused for what it was to say', async () => {
    const answer = await submit({ action: STANDUP.action, parms: STANDUP.params });
    expectProblem(answer, 422, 'request-rejected');
    expect(answer.body.warnings).toEqual([unknown('parms', '"params"')]);
    const withoutHandle = await rest(platform, 'POST', '/v1/directory/resolve', { body: { handel: agent.handle } });
    expectProblem(withoutHandle, 422, 'invalid-input');
    expect(withoutHandle.body).toMatchObject({
      errors: [{ path: 'handle', message: 'is required' }],
      warnings: [unknown('handel', '"handle"')],
    });
    const nobody = await rest(platform, 'POST', '/v1/directory/resolve', { body: { handle: 'no.such', a: 1 } });
    expectProblem(nobody, 404, 'agent-not-found');
    expect(nobody.body.warnings).toEqual([unknown('a')]);
  });

  it('is found in what is ours at any depth, and never in what is the caller’s own', async () => {
    const capability = { ...CALENDAR, acton: 'x', paramsSchema: { type: 'object' } };
    const published = await publish('capabilities', { capabilities: [CALENDAR, { ...capability, action: 'b' }] });
    expect(published.status, published.text).toBe(200);
    expect(published.body.warnings).toEqual([
      unknown('capabilities.1.acton', '"action"'),
      unknown('capabilities.1.paramsSchema', '"params_schema"'),
    ]);
    const refused = await publish('policies', { rules: [{ condition: '1 +', action: 'reject', resaon: 'No' }] });
    expectProblem(refused, 422);
    expect(refused.body.warnings).toEqual([unknown('rules.0.resaon', '"reason"')]);
    const params = { ...STANDUP.params, parms: 1, action_: { expires_in: 1 } };
    const { body } = await submit({ ...STANDUP, params, when_offline: 'queue' });
    expect(body).not.toHaveProperty('warnings');
  });

  it('joins what publishing warns of', async () => {
    const rules = [{ condition: 'params_titel == "no"', action: 'reject', reason: 'No' }];
    const known = (await publish('policies', { rules }, '?check=true')).body.warnings;
    expect(known).not.toEqual([]);
    const both = await publish('policies', { rules, defualt_action: 'allow' }, '?check=true');
    expect(both.body.warnings).toEqual([...known, unknown('defualt_action', '"default_action"')]);
  });

  it('that belongs in the query or the header is told so', async () => {
    const checked = await publish('policies', { rules: [], check: true });
    expect(checked.body.warnings).toEqual([unknown('check', 'the query parameter "check"')]);
    const { body } = await submit({ ...STANDUP, when_offline: 'queue', idempotency_key: 'k' });
    expect(body.warnings).toEqual([unknown('idempotency_key', 'the header field "idempotency-key"')]);
  });

  it('is not looked for where the body is none of ours to name', async () => {
    for (const body of [[{ a: 1 }], 'text', null]) {
      expect((await rest(platform, 'POST', '/v1/senders', { body })).body).not.toHaveProperty('warnings');
    }
  });

  it('is named twenty times at most, and shortly', async () => {
    const long = 'x'.repeat(10_000);
    const many = Object.fromEntries([[long, 1], ...Array.from({ length: 3_000 }, (_, at) => [`a${at}`, 1])]);
    const { status, body, text } = await rest(platform, 'POST', '/v1/senders', {
      body: { display_name: 'S', ...many },
    });
    expect(status).toBe(201);
    expect(body.warnings).toHaveLength(20);
    expect(text.length).toBeLessThan(4_000);
  });
});

describe('a query parameter that is none', () => {
  const noParameter = (path: string, meant?: string) => ({
    path,
    message: `is not a query parameter of this request${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  });

  it('is named with the one that was meant', async () => {
    const { body } = await rest(platform, 'GET', '/v1/requests?statuses=failed&limit=1', { key: sender.apiKey });
    expect(body.warnings).toEqual([noParameter('statuses', '"status"')]);
    const published = await publish('policies', { rules: [] }, '?chek=true');
    expect(published.body.warnings).toEqual([noParameter('chek', '"check"')]);
  });

  it('is named where the operation has none at all', async () => {
    const sent = await submit({ ...STANDUP, when_offline: 'queue' }, '?when_offline=queue&prefer=wait');
    expect(sent.body.warnings).toEqual([
      noParameter('when_offline', '"when_offline" in the body'),
      noParameter('prefer', 'the header field "prefer"'),
    ]);
    const { body } = await rest(platform, 'GET', `/v1/requests/${sent.body.id}?wait=3`, { key: sender.apiKey });
    expect(body.warnings).toEqual([noParameter('wait')]);
  });

  it('is passed over by the health checks, whose answers programs compare', async () => {
    expect((await rest(platform, 'GET', '/health?_=1')).body).toEqual({ status: 'ok' });
  });
});
