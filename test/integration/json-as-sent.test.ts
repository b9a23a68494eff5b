import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, agentAndSender, type Sender, untilStatus } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { TextSocket } from '../testkit/text-socket.ts';

let platform: TestPlatform;
let agent: Agent;
let sender: Sender;
beforeAll(async () => {
  platform = await startTestPlatform();
  ({ agent, sender } = await agentAndSender(platform, [{ action: 'take' }]));
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

type Case = { readonly name: string; readonly json: string; readonly kept: string; readonly literal: string | null };

/** What is sent; how it comes back where that is not the same; and as a GraphQL literal where it can be one. */
const row = (
  name: string,
  json: string,
  { as = json, literal = null }: { as?: string; literal?: string | null } = {},
): Case => ({
  name,
  json,
  kept: as,
  literal,
});

const KEPT: readonly Case[] = [
  row('names like numbers, in the order that they were sent in', '{"10":1,"9":2,"b":3,"1":{"2":0,"1":0}}'),
  row('a fraction of zero', '{"n":1.0}', { literal: '{n: 1.0}' }),
  row('exponents', '{"n":[1e2,1E+2,1.5e-3,1e20]}', { literal: '{n: [1e2,1E+2,1.5e-3,1e20]}' }),
  row('minus zero', '{"n":[-0,-0.0]}', { literal: '{n: [-0,-0.0]}' }),
  row('the largest integers', '{"n":[9007199254740991,-9007199254740991]}', {
    literal: '{n: [9007199254740991,-9007199254740991]}',
  }),
  row('small and large numbers', '{"n":[5e-324,1.7976931348623157e308,0.1,9007199254740992.0]}'),
  row('white space', ' { "b" : [ 1 ,\n 2 ] , "a" : "x y" } ', {
    as: '{"b":[1,2],"a":"x y"}',
    literal: '{ b: [1, 2], a: "x y" }',
  }),
  row('escapes', '{"a":"\\u00e9\\/\\ud83d\\ude00\\n\\"\\\\"}', {
    as: '{"a":"é/😀\\n\\"\\\\"}',
    literal: '{a: "\\u00e9/😀\\n\\"\\\\"}',
  }),
  row('names of a prototype', '{"constructor":{"prototype":1},"toString":null}', {
    literal: '{constructor: {prototype: 1}, toString: null}',
  }),
];

const input = (params: string) =>
  `{"handle":"${agent.handle}","action":"take","params":${params},"whenOffline":"QUEUE"}`;

async function post(path: string, key: string, body: string, headers: Record<string, string> = {}, method = 'POST') {
  const response = await fetch(platform.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body,
  });
  return response.text();
}

const graphql = (key: string, query: string, variables = '{}') =>
  post('/graphql', key, `{"query":${JSON.stringify(query)},"variables":${variables}}`);

const SUBMIT =
  'mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { ... on SubmitRequestSuccess { request { id params } } } }';

const idIn = (text: string): string => {
  const id = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no id in ${text}`);
  return id;
};

/** Each door answers the id of the request that it took. */
const DOORS = {
  async rest(params: string) {
    const answer = await post(
      `/v1/agents/${agent.handle}/requests`,
      sender.apiKey,
      `{"action":"take","params":${params},"when_offline":"queue"}`,
    );
    return idIn(answer);
  },
  async 'a variable of the whole input'(params: string, kept: string) {
    const answer = await graphql(sender.apiKey, SUBMIT, `{"input":${input(params)}}`);
    expect(answer).toContain(`"params":${kept}`);
    return idIn(answer);
  },
  async 'a variable of its own'(params: string, kept: string) {
    const query = `mutation ($p: JSONObject!) { submitRequest(input: { handle: "${agent.handle}", action: "take", params: $p, whenOffline: QUEUE }) { ... on SubmitRequestSuccess { request { id params } } } }`;
    const answer = await graphql(sender.apiKey, query, `{"p":${params}}`);
    expect(answer).toContain(`"params":${kept}`);
    return idIn(answer);
  },
  async 'a mutation on a socket'(params: string, kept: string) {
    const socket = await TextSocket.openGraphql(platform, sender.apiKey);
    socket.operate('1', SUBMIT, `{"input":${input(params)}}`);
    const answer = await socket.text('"type":"next"');
    expect(answer).toContain(`"params":${kept}`);
    return idIn(answer);
  },
} satisfies Record<string, (params: string, kept: string) => Promise<string>>;

const DELIVERY = 'subscription { agentChannel { ... on RequestReceived { requestId params } } }';
const FOLLOW = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { status params result } }';
const READ = 'query ($id: ID!) { request(id: $id) { status params result } }';
const COMPLETE =
  'mutation ($input: CompleteRequestInput!) { completeRequest(input: $input) { ... on CompleteRequestSuccess { request { id result } } } }';

/** What the sender reads of a request, over everything that tells of it. */
async function readings(id: string) {
  const socket = await TextSocket.openGraphql(platform, sender.apiKey);
  socket.operate('1', FOLLOW, `{"id":"${id}"}`);
  const events = await post(
    '/graphql',
    sender.apiKey,
    `{"query":${JSON.stringify(FOLLOW)},"variables":{"id":"${id}"}}`,
    {
      accept: 'text/event-stream',
    },
  );
  const url = `/graphql?query=${encodeURIComponent(READ)}&variables=${encodeURIComponent(`{"id":"${id}"}`)}`;
  const got = await fetch(platform.url + url, {
    headers: { authorization: `Bearer ${sender.apiKey}`, 'apollo-require-preflight': '1', accept: 'application/json' },
  });
  return {
    query: await graphql(sender.apiKey, READ, `{"id":"${id}"}`),
    subscription: await socket.text('"type":"next"'),
    'server-sent events': events,
    'GET of GraphQL': await got.text(),
  };
}

async function restAnswer(id: string): Promise<string> {
  const response = await fetch(`${platform.url}/v1/requests/${id}`, {
    headers: { authorization: `Bearer ${sender.apiKey}` },
  });
  return response.text();
}

describe.each(KEPT)('JSON is what was sent: $name', ({ json, kept, literal }) => {
  it.each(Object.entries(DOORS))('as params by %s, delivered and read', async (_door, submit) => {
    const id = await submit(json, kept);
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    expect(await raw.text('request.received', id)).toContain(`"params":${kept}`);
    raw.send(`{"type":"action.result","request_id":"${id}","status":"completed","result":${json}}`);
    await untilStatus(platform, id, sender, 'COMPLETED');
    for (const [how, text] of Object.entries(await readings(id))) {
      expect(text, how).toContain(`"params":${kept}`);
      expect(text, how).toContain(`"result":${kept}`);
    }
    expect(await restAnswer(id)).toContain(`"result":${kept}`);
  });

  it('as params delivered over GraphQL, and as a result by mutation', async () => {
    const id = await DOORS.rest(json);
    const channel = await TextSocket.openGraphql(platform, agent.apiKey);
    channel.operate('1', DELIVERY);
    expect(await channel.text(id)).toContain(`"params":${kept}`);
    const answer = await graphql(agent.apiKey, COMPLETE, `{"input":{"requestId":"${id}","result":${json}}}`);
    expect(answer).toContain(`"result":${kept}`);
    expect(await restAnswer(id)).toContain(`"result":${kept}`);
  });

  it('as a schema by REST and GraphQL, published and read', async () => {
    const schema = `{"type":"object","2":0,"1":0,"default":${json}}`;
    const keptSchema = `{"type":"object","2":0,"1":0,"default":${kept}}`;
    const { agent: other } = await agentAndSender(platform, []);
    const byRest = await post(
      `/v1/agents/${other.id}/capabilities`,
      other.apiKey,
      `{"capabilities":[{"action":"a","params_schema":${schema}}]}`,
      {},
      'PUT',
    );
    expect(byRest).toContain(`"params_schema":${keptSchema}`);
    const PUBLISH =
      'mutation ($input: PublishCapabilitiesInput!) { publishCapabilities(input: $input) { ... on PublishCapabilitiesSuccess { contract { capabilities { paramsSchema } } } } }';
    const variables = `{"input":{"agentId":"${other.id}","capabilities":[{"action":"a","paramsSchema":${schema}}]}}`;
    expect(await graphql(other.apiKey, PUBLISH, variables)).toContain(`"paramsSchema":${keptSchema}`);
    const read = 'query ($id: ID!) { agent(id: $id) { capabilities { capabilities { paramsSchema } } } }';
    expect(await graphql(other.apiKey, read, `{"id":"${other.id}"}`)).toContain(`"paramsSchema":${keptSchema}`);
    const entry = await fetch(`${platform.url}/v1/directory/${other.handle}`);
    expect(await entry.text()).toContain(`"params_schema":${keptSchema}`);
  });

  it.runIf(literal !== null)('as a literal in a document', async () => {
    const query = `mutation { submitRequest(input: { handle: "${agent.handle}", action: "take", params: ${literal}, whenOffline: QUEUE }) { ... on SubmitRequestSuccess { request { id params } } } }`;
    expect(await graphql(sender.apiKey, query)).toContain(`"params":${kept}`);
  });
});

describe('a result that is no object', () => {
  it.each(['1.0', '-0', '1e20', '"\\u0061"', '[1.0]', 'true', 'null'])('is what was sent: %s', async (json) => {
    const kept = json === '"\\u0061"' ? '"a"' : json;
    const id = await DOORS.rest('{}');
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    await raw.text('request.received', id);
    raw.send(`{"type":"action.result","request_id":"${id}","status":"completed","result":${json}}`);
    await eventually(async () => expect(await restAnswer(id)).toContain('"status":"completed"'));
    expect(await restAnswer(id)).toContain(`"result":${kept},`);
    const other = await DOORS.rest('{}');
    await raw.text('request.received', other);
    const answer = await graphql(agent.apiKey, COMPLETE, `{"input":{"requestId":"${other}","result":${json}}}`);
    expect(answer).toContain(`"result":${kept}}`);
  });
});

it('the same content under the same key is the same request, however its numbers and names are written', async () => {
  const submit = (params: string) =>
    post(
      `/v1/agents/${agent.handle}/requests`,
      sender.apiKey,
      `{"action":"take","params":${params},"when_offline":"queue"}`,
      {
        'idempotency-key': 'order-4711',
      },
    );
  const first = idIn(await submit('{"a":1,"b":2.0}'));
  expect(idIn(await submit('{ "b": 2, "a": 1.0 }'))).toBe(first);
  const stored = await ask(platform, READ, { id: first }, sender);
  expect(stored.request.params).toEqual({ a: 1, b: 2 });
});
