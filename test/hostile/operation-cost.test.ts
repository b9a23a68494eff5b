import { buildSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/transport/graphql/cost.ts';
import { DOCUMENT_LIMITS } from '../../src/transport/graphql/limits.ts';
import { type Agent, agentAndSender, complete, openChannel, registerAgent, submitAccepted } from '../testkit/actors.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { send } from '../testkit/graphql.ts';
import { platformForTest } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

/** Fields that nobody has said anything about. */
const SCHEMA = buildSchema(`
  type Query { one: Thing, many: [Thing!]!, page(first: Int = 5): [Thing!]!, names: [String!]! }
  type Thing { id: ID!, parts: [Thing!]! }
`);

function priceOf(query: string, variables = {}): number {
  const [operation] = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return costOf(SCHEMA, operation as OperationDefinitionNode, new Map(), variables);
}

describe('a field that nobody has priced', () => {
  it.each([
    ['a value', '{ one { id } }', 2],
    ['a list, for a page of the usual size', '{ many { id } }', 21],
    ['a list of values, for as many', '{ names }', 20],
    ['a list in a list, for the product', '{ many { parts { id } } }', 1 + 20 * 21],
    ['a page, for its size', '{ page(first: 50) { id } }', 51],
    ['a page of a size left out, for its default', '{ page { id } }', 6],
  ])('counts as %s', (_what, query, cost) => {
    expect(priceOf(query)).toBe(cost);
  });

  it('counts a page for the size in the variables', () => {
    expect(priceOf('query ($n: Int) { page(first: $n) { id } }', { n: 100 })).toBe(101);
  });

  it('counts a page of size null as one of a size left out, whatever the default of the variable', () => {
    expect(priceOf('query ($n: Int = 0) { page(first: $n) { id } }', { n: null })).toBe(6);
  });

  it.each(['constructor', 'toString', '__proto__'])('takes the default of a variable named %s', (name) => {
    expect(priceOf(`query ($${name}: Int = 100) { page(first: $${name}) { id } }`)).toBe(101);
  });
});

describe('a subscription that costs too much at each event', () => {
  const nested =
    '{ agent { requests(first: 100) { edges { node { agent { requests(first: 100) { edges { node { id } } } } } } } } }';
  const document = `subscription { requestUpdates(requestId: "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071") ${nested} }`;
  const TOO_MUCH = new RegExp(`at most ${DOCUMENT_LIMITS.cost.toLocaleString('en')}`);

  it('is refused on a socket and as server-sent events', async () => {
    const platform = await platformForTest();
    const agent: Agent = await registerAgent(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.subscribe('1', document);
    const { payload } = await socket.messages.take();
    expect(JSON.stringify(payload)).toMatch(TOO_MUCH);
    const stream = await EventStream.open(platform, document, {}, agent);
    expect(JSON.stringify(await stream.events.take())).toMatch(TOO_MUCH);
  });
});

describe('large results', () => {
  it('are answered up to 3 MiB at once, but for the last one, however often an operation names them', async () => {
    const platform = await platformForTest();
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await complete(platform, agent, id, 'x'.repeat(1_000_000));
    const results = Array.from({ length: 25 }, (_, index) => `r${index}: result`).join(' ');
    const { data, errors } = await send(
      platform,
      `{ requests(first: 1) { edges { node { ${results} } } } }`,
      {},
      sender,
    );
    const [node] = data.requests.edges.map((edge: { node: object }) => edge.node);
    expect(Object.values(node).filter((result) => result !== null)).toHaveLength(4);
    expect(errors).toHaveLength(21);
    expect(errors?.[0]?.message).toContain('more than 3 MiB together');
    const again = await send(platform, '{ requests { edges { node { result } } } }', {}, sender);
    expect(again.errors).toBeUndefined();
  });
});
