import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, openChannel, registerAgent, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { readsDuring } from '../testkit/statements.ts';

/** A connection of the test's own, to break what the platform relies on. */
async function connectTo(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('a failure that nobody foresaw', () => {
  it.each(['development', 'production'])(
    'is masked in %s: an id that the log knows, and nothing of the inside',
    async (APP_ENV) => {
      const platform = await platformForTest({ env: { APP_ENV } });
      const { agent, sender } = await agentAndSender(platform);
      const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
      const database = await connectTo(platform.databaseUrl);
      await database.query('alter table requests rename to gone');

      const socket = await RawSocket.open(platform, sender.apiKey);
      socket.subscribe('query', 'query ($id: ID!) { request(id: $id) { id } }', { id });
      socket.subscribe('updates', 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id } }', { id });
      const answers = [
        await send(platform, 'query ($id: ID!) { request(id: $id) { id } }', { id }, sender),
        await socket.next('query'),
        await socket.next('updates'),
      ];
      for (const { errors } of answers) {
        expect(errors).toHaveLength(1);
        const [error] = errors;
        expect(error.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) });
        expect(error.message).toContain(error.extensions.errorId);
        expect(platform.log.errors().some((line) => line.includes(error.extensions.errorId))).toBe(true);
        expect(JSON.stringify(error)).not.toMatch(
          /relation|select|requests\b|42P01|postgres|src\/|node_modules|stack/i,
        );
      }
      await database.query('alter table gone rename to requests');
      expect((await ask(platform, 'query ($id: ID!) { request(id: $id) { id } }', { id }, sender)).request).toEqual({
        id,
      });
    },
  );

  it('of a mutation is no success and no domain error', async () => {
    const platform = await platformForTest();
    const { agent, sender } = await agentAndSender(platform);
    const database = await connectTo(platform.databaseUrl);
    await database.query('alter table requests rename to gone');
    const input = {
      handle: agent.handle,
      action: 'calendar.schedule',
      params: { title: 'x', duration_minutes: 30 },
      whenOffline: 'QUEUE',
    };
    const query = 'mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { __typename } }';
    const { data, errors } = await send(platform, query, { input }, sender);
    expect(data?.submitRequest ?? null).toBe(null);
    expect(errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
  });
});

describe('a deletion that fails half-way', () => {
  it('closes the channels of the agent that is gone all the same', async () => {
    const platform = await platformForTest();
    const { agent } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const database = await connectTo(platform.databaseUrl);
    await database.query(`create function fail() returns trigger as $$ begin raise 'failed'; end $$ language plpgsql;
      create trigger fail before update on requests for each statement execute function fail()`);
    const query = 'mutation ($input: DeleteAgentInput!) { deleteAgent(input: $input) { __typename } }';
    const { errors } = await send(platform, query, { input: { agentId: agent.id } }, agent);
    expect(errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
    // At once and for that reason, not when somebody notices that the key is gone.
    const end = { error: { code: 4001, reason: 'The agent was deleted.' } };
    expect(await channel.events.ended()).toEqual(end);
    expect((await ask(platform, '{ viewer { __typename } }', {}, agent)).viewer).toBe(null);
    await database.query('drop function fail cascade');
  });
});

describe('a list', () => {
  const env = { APP_ENV: 'development', LOG_LEVEL: 'debug' };
  /** What of each is read when the node knows the caller's key, and while that gets no older. */
  const fewAndMany = (
    clock: ReturnType<typeof createManualClock>,
    read: (first: number) => Promise<readonly string[]>,
  ) =>
    clock.standStill(async () => {
      await read(6);
      const statements = async (first: number) => (await read(first)).map((line) => JSON.parse(line).sql as string);
      return [await statements(6), await statements(50)] as const;
    });
  /** The platform may read on its own beside one of the two; not each time. Of contracts four are read first, then 16 at once. */
  const expectSameStatements = (
    count: number,
    [clock, read]: Parameters<typeof fewAndMany>,
    { furtherContracts }: { furtherContracts: number } = { furtherContracts: 0 },
  ) =>
    eventually(async () => {
      const [few, many] = await fewAndMany(clock, read);
      expect(few).toHaveLength(count);
      const ofContracts = few.find((sql) => sql.includes('from "capability_contracts"'));
      const further = Array.from({ length: furtherContracts }, () => ofContracts);
      expect(many.toSorted()).toEqual([...few, ...further].toSorted());
    });

  it('of 50 agents with status costs as many statements as one of 6, and one for each 16 contracts more', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({ env, clock });
    for (let n = 0; n < 50; n++) await registerAgent(platform);
    const read = (first: number) =>
      readsDuring(platform, async () => {
        const query = `query ($first: Int) { agents(first: $first) { edges { node { id status capabilities { version } } } } }`;
        expect((await ask(platform, query, { first })).agents.edges).toHaveLength(first);
      });
    await expectSameStatements(4, [clock, read], { furtherContracts: 2 });
  });

  it('of 50 requests with their agents costs as many statements as one of 6', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({ env, clock });
    const { agent, sender } = await agentAndSender(platform);
    for (let n = 0; n < 50; n++) await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const read = (first: number) =>
      readsDuring(platform, async () => {
        const query = `query ($first: Int) { requests(first: $first) { edges { node { id agent { id status } } } } }`;
        expect((await ask(platform, query, { first }, sender)).requests.edges).toHaveLength(first);
      });
    await expectSameStatements(3, [clock, read]);
  });
});
