import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, rest } from '../rest/rest-client.ts';
import { type Agent, registerAgent } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { type ReceivedCall, webhookReceiver } from '../testkit/webhook-receiver.ts';

const platform = platformForFile({ env: { WEBHOOKS_ALLOW_PRIVATE: 'true' } });
const strict = platformForFile();
let admin: Credential;

beforeAll(async () => {
  admin = await logIn(platform);
});

const ENDPOINT = 'endpoint { id name url events includesParams disabledAt lastStatus lastError lastAt createdAt }';
const URL_OF_NOBODY = 'https://hooks.example/approvals';

const inputFor = ({ id: agentId }: Pick<Agent, 'id'>, changes: object = {}) => ({
  agentId,
  name: 'pager',
  url: URL_OF_NOBODY,
  events: ['APPROVAL_REQUESTED'],
  ...changes,
});

const set = (agent: Pick<Agent, 'id'>, changes: object = {}) =>
  mutateSuccessfully(platform, 'setWebhook', inputFor(agent, changes), `secret ${ENDPOINT}`, admin);
const refused = async (agent: Pick<Agent, 'id'>, changes: object, at = platform, by = admin) =>
  (await mutate(at, 'setWebhook', inputFor(agent, changes), 'secret', by)).issues;
const test = (agent: Agent, name = 'pager') =>
  mutate(platform, 'testWebhook', { agentId: agent.id, name }, ENDPOINT, admin);
const list = async (agent: Agent) => {
  const document = 'query ($id: ID!) { agent(id: $id) { webhooks { id name url events } } }';
  return (await ask(platform, document, { id: agent.id }, admin)).agent.webhooks;
};

/** What the message says, where the secret has signed it. */
const verified = ({ body, headers }: ReceivedCall, secret: string) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

describe('setWebhook', () => {
  it('makes one, shows its secret once, and lists it without', async () => {
    const agent = await registerAgent(platform);
    const { secret, endpoint } = await set(agent, { events: ['APPROVAL_RESOLVED', 'APPROVAL_REQUESTED'] });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(endpoint).toMatchObject({
      name: 'pager',
      url: URL_OF_NOBODY,
      events: ['APPROVAL_REQUESTED', 'APPROVAL_RESOLVED'],
      includesParams: false,
      disabledAt: null,
      lastAt: null,
    });
    const [listed] = await list(agent);
    expect(listed).toEqual({ id: endpoint.id, name: 'pager', url: URL_OF_NOBODY, events: endpoint.events });
  });

  it('takes the agent by its handle, and replaces what has the name', async () => {
    const agent = await registerAgent(platform);
    const first = await set(agent);
    const second = await set(
      { id: agent.handle },
      { url: 'https://hooks.example/other', events: ['APPROVAL_REMINDER'] },
    );
    expect(second.endpoint.id).toBe(first.endpoint.id);
    expect(second.secret).not.toBe(first.secret);
    expect(await list(agent)).toMatchObject([{ url: 'https://hooks.example/other', events: ['APPROVAL_REMINDER'] }]);
  });

  it('makes five for an agent and no more, also when all ask at once', async () => {
    const agent = await registerAgent(platform);
    const names = Array.from({ length: 8 }, (_, index) => `hook-${index}`);
    const answers = await Promise.all(
      names.map((name) => mutate(platform, 'setWebhook', inputFor(agent, { name }), 'secret', admin)),
    );
    const made = answers.filter(({ __typename }) => __typename === 'SetWebhookSuccess');
    expect(made).toHaveLength(5);
    const [{ issues }] = answers.filter(({ __typename }) => __typename !== 'SetWebhookSuccess');
    expect(issues).toEqual([{ path: 'input.name', message: 'the agent has 5 webhooks already; remove one first' }]);
    const [{ name }] = await list(agent);
    expect(await refused(agent, { name })).toBeUndefined();
  });

  it('says everything that is wrong, before anything is called', async () => {
    const agent = await registerAgent(platform);
    const strictAdmin = await logIn(strict);
    const strictAgent = await registerAgent(strict);
    const ofStrict = (url: string) => refused(strictAgent, { url }, strict, strictAdmin);
    expect(await refused(agent, { name: '../x', url: 'ftp://hooks.example', events: [] })).toEqual([
      { path: 'input.name', message: 'must be of a–z, 0–9 and ".", "_", "-", and begin with one of a–z, 0–9' },
      { path: 'input.url', message: 'must be a URL that begins with https:// or http://' },
      { path: 'input.events', message: 'must name at least one event' },
    ]);
    expect(await ofStrict('http://hooks.example')).toEqual([
      { path: 'input.url', message: 'must be a URL that begins with https://' },
    ]);
    expect(await ofStrict('https://[::127.0.0.1]/')).toEqual([
      {
        path: 'input.url',
        message: 'must not be a private address; an operator can allow them with WEBHOOKS_ALLOW_PRIVATE',
      },
    ]);
    expect(await list(agent)).toEqual([]);
  });

  it('knows no agent that there is not', async () => {
    const unknown = await mutate(platform, 'setWebhook', inputFor({ id: 'nobody.here' }), 'secret', admin);
    expect(unknown.__typename).toBe('AgentNotFoundError');
  });
});

describe('testWebhook', () => {
  it('calls the receiver with a message that it can verify, and tells what it answered', async () => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver({ answer: 202 })];
    const { secret } = await set(agent, { url: receiver.url });
    expect(await test(agent)).toMatchObject({ endpoint: { lastStatus: 202, lastError: null } });
    const call = await receiver.calls.take();
    expect(call).toMatchObject({ path: '/hook', headers: { 'content-type': 'application/json' } });
    expect(verified(call, secret)).toEqual({
      type: 'webhook.test',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { agent_id: agent.id, name: 'pager' },
    });
    expect(() => verified({ ...call, body: call.body.replace('pager', 'pages') }, secret)).toThrow();
  });

  it('signs with the secret of before as well', async () => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver()];
    const { secret: former } = await set(agent, { url: receiver.url });
    const { secret } = await set(agent, { url: receiver.url });
    await test(agent);
    const call = await receiver.calls.take();
    expect(verified(call, former)).toEqual(verified(call, secret));
    expect(String(call.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it('is for the owner over REST, and for nobody else', async () => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver({ answer: 410 })];
    await set(agent, { url: receiver.url });
    const path = `/v1/agents/${agent.handle}/webhooks/pager/test`;
    expectProblem(await rest(platform, 'POST', path, { key: agent.apiKey }), 403, 'forbidden');
    const { ownerKey } = await registerAgent(platform);
    expectProblem(await rest(platform, 'POST', path, { key: ownerKey }), 403, 'forbidden');
    expect(receiver.received).toHaveLength(0);
    const called = await rest(platform, 'POST', path, { key: agent.ownerKey });
    expect(called.status).toBe(200);
    expect(called.body).toMatchObject({ name: 'pager', last_status: 410 });
    expectProblem(await rest(platform, 'POST', path, { key: agent.ownerKey }), 429, 'rate-limited');
    const unknown = await rest(platform, 'POST', path.replace('pager', 'nobody'), { key: agent.ownerKey });
    expectProblem(unknown, 404, 'webhook-not-found');
  });

  it('is done once a minute', async () => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver()];
    await set(agent, { url: receiver.url });
    expect((await test(agent)).__typename).toBe('TestWebhookSuccess');
    expect((await test(agent)).__typename).toBe('RateLimitedError');
    expect(receiver.received).toHaveLength(1);
  });

  it('is done for sixteen at once on a node: receivers that never answer keep nobody from being told of approvals', async () => {
    const [silent, calls] = [await webhookReceiver(), [] as ServerResponse[]];
    silent.answerWith((response) => calls.push(response));
    const tests: (() => ReturnType<typeof test>)[] = [];
    for (let count = 0; count < 4; count += 1) {
      const agent = await registerAgent(platform);
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await set(agent, { name, url: silent.url });
        tests.push(() => test(agent, name));
      }
    }
    const refused: (typeof tests)[number][] = [];
    const all = tests.map(async (each) => {
      const { __typename } = await each();
      if (__typename === 'RateLimitedError') refused.push(each);
      return __typename;
    });
    await eventually(() => expect([calls.length, refused.length]).toEqual([16, 4]));
    for (const response of calls) response.writeHead(204).end();
    expect((await Promise.all(all)).filter((answer) => answer === 'TestWebhookSuccess')).toHaveLength(16);
    // What was refused took nothing of the one within a minute.
    silent.answerWith(204);
    for (const each of refused) expect((await each()).__typename).toBe('TestWebhookSuccess');
  });

  it('tells in words what went wrong', async () => {
    const agent = await registerAgent(platform);
    const failing = async (name: string, url: string) => {
      await set(agent, { name, url });
      return (await test(agent, name)).endpoint;
    };
    const gone = await webhookReceiver({ answer: 410 });
    const moved = await webhookReceiver({ answer: 301 });
    expect(await failing('gone', gone.url)).toMatchObject({
      lastStatus: 410,
      lastError: 'The receiver answered 410.',
      disabledAt: null,
    });
    expect(await failing('moved', moved.url)).toMatchObject({
      lastStatus: 301,
      lastError: 'The receiver answered 301: redirects are not followed.',
    });
    expect(await failing('nobody', 'http://localhost:1/')).toMatchObject({
      lastStatus: null,
      lastError: 'The receiver could not be reached.',
    });
    expect(await failing('unknown', 'http://nobody.invalid/')).toMatchObject({ lastError: 'The name has no address.' });
  });
});

describe('removeWebhook', () => {
  it('takes it away, once', async () => {
    const agent = await registerAgent(platform);
    const { endpoint } = await set(agent);
    const remove = () =>
      mutate(platform, 'removeWebhook', { agentId: agent.handle, name: 'pager' }, 'endpoint { id }', admin);
    expect(await remove()).toMatchObject({ endpoint: { id: endpoint.id } });
    expect((await remove()).__typename).toBe('WebhookNotFoundError');
    expect((await test(agent)).__typename).toBe('WebhookNotFoundError');
    expect((await test(agent, 'no\u0000name')).__typename).toBe('WebhookNotFoundError');
    expect(await list(agent)).toEqual([]);
  });
});
