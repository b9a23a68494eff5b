import pg from 'pg';
import { beforeEach, expect, it } from 'vitest';
import { type Agent, registerSender, submit, submitAccepted } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

const shared = platformForFile();
/** The one that the test is about. */
let platform: TestPlatform = shared;
beforeEach(() => {
  platform = shared;
});

/** A platform whose time the test sets forward. The database's, at which handles are freed, goes on. */
async function withClock(env: Readonly<Record<string, string>> = {}) {
  const clock = createManualClock();
  platform = await platformForTest({ clock, env });
  return clock;
}

const register = (handle: string, by: Credential = {}) =>
  mutate(platform, 'registerAgent', { handle, displayName: 'Somebody' }, 'apiKey ownerKey agent { id handle }', by);
const taken = (handle: string) => ({
  __typename: 'HandleTakenError',
  handle,
  message: `The handle "${handle}" is taken.`,
});

/** An agent with its owner's key. */
async function owned(handle = uniqueHandle()): Promise<Agent & { readonly ownerKey: string }> {
  const { agent, apiKey, ownerKey } = await register(handle);
  return { ...agent, apiKey, ownerKey };
}

const remove = (agent: Agent) => mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);

async function query(text: string, values: readonly unknown[]) {
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

it('is its former owner’s only while it rests, and nobody else is told more than that it is taken', async () => {
  const clock = await withClock();
  const agent = await owned();
  const { ownerKey: another } = await owned();
  await remove(agent);
  expect(await register(agent.handle)).toEqual(taken(agent.handle));
  expect(await register(agent.handle, { apiKey: another })).toEqual(taken(agent.handle));
  // The agent's own key ended with it, and brings nothing back.
  const again = `mutation { registerAgent(input: { handle: "${agent.handle}", displayName: "Again" }) { __typename } }`;
  expect((await send(platform, again, {}, agent)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  clock.advance(20 * DAY_MS);
  expect(await register(agent.handle)).toEqual(taken(agent.handle));

  const back = await register(agent.handle, { apiKey: agent.ownerKey });
  expect(back.__typename).toBe('RegisterAgentSuccess');
  expect(back.agent.id).not.toBe(agent.id);
  // It rests anew once that is deleted, for its owner as before.
  await remove({ ...back.agent, apiKey: back.apiKey });
  expect(await register(agent.handle)).toEqual(taken(agent.handle));
});

it('is free for everybody after thirty days, to the moment', async () => {
  const clock = await withClock();
  const agent = await owned();
  await remove(agent);
  const [row] = await query('select freed_at from resting_handles where handle = $1', [agent.handle]);
  const left = row.freed_at.getTime() + 30 * DAY_MS - clock.now().getTime();
  clock.advance(left - 60_000);
  expect(await register(agent.handle)).toEqual(taken(agent.handle));
  clock.advance(60_000);
  expect((await register(agent.handle)).__typename).toBe('RegisterAgentSuccess');
  expect(await query('select 1 from resting_handles where handle = $1', [agent.handle])).toEqual([]);
});

it('leads to nobody meanwhile, and its history stays with the agent that had it', async () => {
  const agent = await owned();
  const sender = await registerSender(platform);
  await mutateSuccessfully(
    platform,
    'publishCapabilities',
    { agentId: agent.id, capabilities: [{ action: 'calendar.schedule', paramsSchema: {} }] },
    '__typename',
    agent,
  );
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await remove(agent);
  expect((await submit(platform, agent, sender, { whenOffline: 'QUEUE' })).__typename).toBe('AgentNotFoundError');
  const back = await register(agent.handle, { apiKey: agent.ownerKey });
  const cancel = await mutate(platform, 'cancelRequest', { requestId: id }, '__typename', { apiKey: back.apiKey });
  expect(cancel.__typename).toBe('RequestNotFoundError');
});

it('is an administrator’s to give, or to release', async () => {
  const admin = await logIn(platform);
  const [first, second] = [await owned(), await owned()];
  for (const agent of [first, second]) await remove(agent);
  expect((await register(first.handle, admin)).__typename).toBe('RegisterAgentSuccess');

  const release = () => mutate(platform, 'releaseHandle', { handle: second.handle }, 'handle', admin);
  expect(await release()).toEqual({ __typename: 'ReleaseHandleSuccess', handle: second.handle });
  expect((await release()).issues).toEqual([{ path: 'input.handle', message: 'does not rest' }]);
  expect((await register(second.handle)).__typename).toBe('RegisterAgentSuccess');
});

it('is listed for administrators, with whose it was and until when it rests', async () => {
  const clock = await withClock();
  const admin = await logIn(platform);
  const [older, agent] = [await owned(), await owned()];
  for (const each of [older, agent]) await remove(each);
  const list = async (beginning: string | null = null, by: Credential = admin) => {
    const document = `query ($beginning: String) { restingHandles(beginning: $beginning) { handle freedAt restsUntil owner { id } } }`;
    return (await ask(platform, document, { beginning }, by)).restingHandles;
  };
  const handles = async (beginning?: string) => (await list(beginning)).map(({ handle }: { handle: string }) => handle);
  expect(await handles()).toEqual([agent.handle, older.handle]);
  expect(await handles(agent.handle)).toEqual([agent.handle]);
  expect(await handles('%')).toEqual([]);
  const [{ freedAt, restsUntil, owner }] = await list();
  expect(Date.parse(restsUntil) - Date.parse(freedAt)).toBe(30 * DAY_MS);
  const viewer = '{ viewer { ... on Owner { id } } }';
  expect(owner).toEqual((await ask(platform, viewer, {}, { apiKey: agent.ownerKey })).viewer);
  await mutateSuccessfully(platform, 'releaseHandle', { handle: agent.handle }, 'handle', admin);
  expect(await handles()).toEqual([older.handle]);
  clock.advance(30 * DAY_MS);
  expect(await list(null, await logIn(platform))).toEqual([]);
});

it('of a suspended agent is not its owner’s: deleting it would undo the suspension', async () => {
  const admin = await logIn(platform);
  const agent = await owned();
  const input = { id: agent.id, reason: 'Answers nonsense' };
  await mutateSuccessfully(platform, 'suspendAgent', input, 'agent { id }', admin);
  await remove(agent);
  expect(await register(agent.handle, { apiKey: agent.ownerKey })).toEqual(taken(agent.handle));
  expect((await register(agent.handle, admin)).__typename).toBe('RegisterAgentSuccess');
});

it('rests whichever release of a node deletes its agent', async () => {
  const agent = await owned();
  await query('delete from agents where id = $1', [agent.id]);
  expect(await register(agent.handle)).toEqual(taken(agent.handle));
});

it('is nobody else’s who waits for it while it is being deleted', async () => {
  const agent = await owned();
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('delete from agents where id = $1', [agent.id]);
    const waiting = register(agent.handle);
    await eventually(async () => {
      const blocked = await query(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        [],
      );
      expect(blocked).toHaveLength(1);
    });
    await client.query('commit');
    expect(await waiting).toEqual(taken(agent.handle));
  } finally {
    await client.end();
  }
});

it('is free at once where it is said so, for an agent that inherits nothing', async () => {
  await withClock({ HANDLE_QUARANTINE_DAYS: '0' });
  const agent = await owned();
  await remove(agent);
  const next = await register(agent.handle);
  expect(next.agent.id).not.toBe(agent.id);
  expect((await ask(platform, '{ viewer { __typename } }', {}, agent)).viewer).toBe(null);
});

it('is forgotten once it has rested', async () => {
  const clock = await withClock();
  const agent = await owned();
  await remove(agent);
  clock.advance(30 * DAY_MS);
  await eventually(async () => {
    clock.advance(10 * 60_000);
    expect(await query('select 1 from resting_handles where handle = $1', [agent.handle])).toEqual([]);
  });
});
