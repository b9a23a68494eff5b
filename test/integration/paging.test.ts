import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, agentAndSender, registerAgent, type Sender, submitAccepted } from '../testkit/actors.ts';
import { ask, type Credential, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const PAGE = 'totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const VARIABLES = '$first: Int, $last: Int, $after: String, $before: String';
const ARGS = 'first: $first, last: $last, after: $after, before: $before';

/** A list that can grow while it is read. */
type List = {
  readonly read: (args: object) => Promise<{
    readonly ids: readonly string[];
    readonly cursors: readonly string[];
    readonly totalCount: number;
    readonly pageInfo: Record<'hasNextPage' | 'hasPreviousPage', boolean> &
      Record<'startCursor' | 'endCursor', string | null>;
  }>;
  readonly grow: () => Promise<string>;
};

const listOf = (query: string, by: Credential, grow: List['grow'], variables: object = {}): List => ({
  grow,
  async read(args) {
    const data = await ask(platform, query, { ...variables, ...args }, by);
    const { edges, totalCount, pageInfo } = data.list ?? data.agent.list;
    type Edge = { readonly cursor: string; readonly node: { readonly id: string } };
    return {
      ids: edges.map(({ node }: Edge) => node.id),
      cursors: edges.map(({ cursor }: Edge) => cursor),
      totalCount,
      pageInfo,
    };
  },
});

const submitting = (agent: Agent, sender: Sender) => async () =>
  (await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' })).id;

/** Each list of requests or agents, with nothing in it yet. */
const LISTS: Readonly<Record<string, () => Promise<List>>> = {
  "a sender's requests": async () => {
    const { agent, sender } = await agentAndSender(platform);
    return listOf(`query (${VARIABLES}) { list: requests(${ARGS}) { ${PAGE} } }`, sender, submitting(agent, sender));
  },
  'what was sent to an agent': async () => {
    const { agent, sender } = await agentAndSender(platform);
    const query = `query ($id: ID!, ${VARIABLES}) { agent(id: $id) { list: requests(${ARGS}) { ${PAGE} } } }`;
    return listOf(query, agent, submitting(agent, sender), { id: agent.id });
  },
  'the directory, searched': async () => {
    const word = `w${Date.now()}${Math.floor(Math.random() * 1e6)}`;
    let count = 0;
    const grow = async () => (await registerAgent(platform, `${word}.n${count++}`)).id;
    return listOf(
      `query ($search: String, ${VARIABLES}) { list: agents(search: $search, ${ARGS}) { ${PAGE} } }`,
      {},
      grow,
      { search: word },
    );
  },
};

async function growTo(list: List, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.unshift(await list.grow());
  return ids;
}

describe.each(Object.entries(LISTS))('%s', (_name, make) => {
  it('is read forwards without skipping or repeating, while it grows after every page', async () => {
    const list = await make();
    const ids = await growTo(list, 11);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await list.read({ first: 3, after });
      seen.push(...page.ids);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.pageInfo.endCursor).toBe(page.cursors.at(-1));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      await list.grow();
    } while (after !== null);
    expect(seen).toEqual(ids);
  });

  it('is read backwards without skipping or repeating, and then shows what has come', async () => {
    const list = await make();
    const ids = await growTo(list, 7);
    const seen: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page = await list.read({ last: 3, before });
      seen.unshift(...page.ids);
      before = page.pageInfo.startCursor;
      if (ids.length < 9) ids.unshift(await list.grow());
      if (!page.pageInfo.hasPreviousPage) break;
    }
    expect(seen).toEqual(ids);
  });

  it('counts what is in all, whatever the page', async () => {
    const list = await make();
    expect(await list.read({})).toMatchObject({
      ids: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    await growTo(list, 4);
    for (const args of [{}, { first: 0 }, { first: 2 }, { last: 1 }])
      expect((await list.read(args)).totalCount).toBe(4);
    const none = await list.read({ first: 0 });
    expect(none).toMatchObject({ ids: [], pageInfo: { hasNextPage: true } });
  });

  it('takes a range between two cursors', async () => {
    const list = await make();
    const ids = await growTo(list, 6);
    const { cursors } = await list.read({ first: 10 });
    const range = { after: cursors[0], before: cursors[5] };
    expect((await list.read({ first: 10, ...range })).ids).toEqual(ids.slice(1, 5));
    expect((await list.read({ first: 2, ...range })).ids).toEqual(ids.slice(1, 3));
    expect((await list.read({ last: 2, ...range })).ids).toEqual(ids.slice(3, 5));
  });

  it('goes on after an item that has gone or changed', async () => {
    const list = await make();
    const ids = await growTo(list, 4);
    const { cursors } = await list.read({ first: 2 });
    expect((await list.read({ first: 10, after: cursors[1] })).ids).toEqual(ids.slice(2));
  });
});

describe('a page', () => {
  const codes = async (args: string) => {
    const { errors, data } = await send(platform, `{ agents${args} { edges { node { id } } } }`);
    return errors ? errors[0]?.extensions?.code : data.agents.edges.length;
  };

  it.each(['(first: -1)', '(first: 101)', '(last: 101)', '(first: 1, last: 1)', '(first: 2147483647)'])(
    '%s is refused',
    async (args) => {
      expect(await codes(args)).toBe('BAD_USER_INPUT');
    },
  );

  it('has 20 items unless it is asked for more, and 100 at most', async () => {
    for (let n = 0; n < 25; n++) await registerAgent(platform);
    expect(await codes('')).toBe(20);
    expect(await codes('(first: 100)')).toBeGreaterThanOrEqual(25);
  });

  it.each([
    '',
    'x',
    'bm90IGEgY3Vyc29y',
    Buffer.from('k12').toString('base64url'),
    Buffer.from('k\u0000').toString('base64url'),
    "'; drop table agents",
    'x'.repeat(5_000),
  ])('after %j is refused', async (cursor) => {
    for (const name of ['after', 'before']) {
      const { errors } = await send(platform, `query ($cursor: String) { agents(${name}: $cursor) { totalCount } }`, {
        cursor,
      });
      expect(errors?.[0]).toMatchObject({
        message: `${name} is not a cursor of this list.`,
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });
});

describe('filters', () => {
  it('narrow the requests, and the count with them', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const other = await agentAndSender(platform);
    const ids = [
      await submitting(agent, sender)(),
      await submitting(other.agent, sender)(),
      await submitting(agent, sender)(),
    ];
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: ids[0] }, 'request { id }', sender);
    const query =
      'query ($status: [RequestStatus!], $handle: String) { requests(status: $status, handle: $handle) { totalCount edges { node { id } } } }';
    const find = async (variables: object) => {
      const { requests } = await ask(platform, query, variables, sender);
      expect(requests.totalCount).toBe(requests.edges.length);
      return requests.edges.map(({ node }: { node: { id: string } }) => node.id);
    };
    expect(await find({})).toEqual([ids[2], ids[1], ids[0]]);
    expect(await find({ handle: agent.handle })).toEqual([ids[2], ids[0]]);
    expect(await find({ status: ['CANCELLED'] })).toEqual([ids[0]]);
    expect(await find({ status: ['PENDING', 'CANCELLED'], handle: agent.handle })).toEqual([ids[2], ids[0]]);
    expect(await find({ status: [] })).toEqual([]);
    expect(await find({ handle: 'nobody.at.all' })).toEqual([]);
  });
});
