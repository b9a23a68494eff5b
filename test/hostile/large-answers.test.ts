import { beforeAll, describe, expect, it } from 'vitest';
import { type Agent, registerAgent } from '../testkit/actors.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { mutateSuccessfully, send } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const MEBIBYTE = 1_048_576;
/** Some 400 KB, which every agent may publish. */
const CAPABILITIES = Array.from({ length: 50 }, (_, index) => ({
  action: `action.${index}`,
  description: 'x'.repeat(8_000),
}));

const platform = platformForFile();
const agents: Agent[] = [];

const publish = (agent: Agent) =>
  mutateSuccessfully(
    platform,
    'publishCapabilities',
    { agentId: agent.id, capabilities: CAPABILITIES },
    'contract { version }',
    agent,
  );

beforeAll(async () => {
  for (let count = 0; count < 12; count += 1) {
    const agent = await registerAgent(platform);
    await publish(agent);
    agents.push(agent);
  }
});

/** Answers what the first agent said, as often as the document can name it. */
const REPEATED = Array.from({ length: 25 }, (_, index) => `d${index}: description`).join(' ');
const repeated = () => `{ agent(id: "${agents[0]?.id}") { capabilities { capabilities { ${REPEATED} } } } }`;

describe('an answer', () => {
  it('has some contracts of a list, and says of the others that they are too large together', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: '{ agents(first: 100) { edges { node { handle capabilities { capabilities { description } } } } } }',
      }),
    });
    const text = await response.text();
    expect(text.length).toBeLessThan(4 * MEBIBYTE);
    const { data, errors } = JSON.parse(text);
    const nodes: readonly { readonly capabilities: unknown }[] = data.agents.edges.map(
      ({ node }: { node: object }) => node,
    );
    expect(nodes).toHaveLength(12);
    expect(nodes.filter(({ capabilities }) => capabilities !== null)).toHaveLength(6);
    expect(errors).toHaveLength(6);
    expect(errors[0].message).toMatch(/more than 2 MiB together\. Ask for smaller pages/);
  });

  it('of more than 4 MiB is not made, whichever way its operation came', async () => {
    const refused = { message: expect.stringContaining('4,194,304 bytes'), extensions: { code: 'ANSWER_TOO_LARGE' } };
    const posted = await send(platform, repeated());
    expect(posted.errors).toEqual([refused]);
    expect(posted.data).toBeUndefined();

    const got = await fetch(`${platform.url}/graphql?query=${encodeURIComponent(repeated())}`, {
      headers: { accept: 'application/json', 'x-graphql-yoga-csrf': '1' },
    });
    expect(await got.json()).toEqual({ errors: [refused] });

    const stream = await EventStream.open(platform, repeated(), {}, {});
    expect(await stream.events.take()).toMatchObject({ errors: [refused] });

    const socket = await RawSocket.open(platform, null);
    socket.subscribe('1', repeated());
    expect(await socket.messages.take()).toMatchObject({ id: '1', payload: { errors: [refused] } });
  });

  it('has a page of versions that ends where they are large together, with the others behind it', async () => {
    const [agent] = agents as [Agent];
    for (let version = 2; version <= 8; version += 1) await publish(agent);
    const read = async (paging: string) => {
      const fields = `capabilityHistory(${paging}) { edges { node { version capabilities { description } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
      const { data } = await send(platform, `{ agent(id: "${agent.id}") { ${fields} } }`, {}, agent);
      const { edges, pageInfo } = data.agent.capabilityHistory;
      return { versions: edges.map(({ node }: { node: { version: number } }) => node.version), pageInfo };
    };
    const first = await read('first: 100');
    expect(first.versions).toEqual([8, 7, 6, 5, 4, 3]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await read(`first: 100, after: "${first.pageInfo.endCursor}"`);
    expect(second.versions).toEqual([2, 1]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect((await read('last: 100')).versions).toEqual([6, 5, 4, 3, 2, 1]);
  });
});
