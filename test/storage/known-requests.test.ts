import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { JsonText } from '../../src/domain/json/json-text.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { eventually } from '../testkit/eventually.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { aConnectedAgent, dispatched, later, NOW, stored, twoNodes } from './fixtures.ts';

const nodes = twoNodes();

const DONE = { status: 'COMPLETED', result: new JsonText('"done"') } as const;
const CANCELLED = { code: 'cancelled', message: 'Changed my mind.' };

const READ_BY_IDS = /"select .* from \\"requests\\" as \\"r\\" where \\"r\\"\.\\"id\\" =/;

/** A node of the test's own that tells how often it has read requests by id. */
async function aNode(url = nodes.url): Promise<{ readonly node: Storage; reads(): number }> {
  const log = createRecordingLog();
  const node = await createStorage({ link: createDatabaseLink(url), poolSize: 4, log, sqlEcho: true });
  onTestFinished(() => node.close());
  return { node, reads: () => log.lines.filter((line) => READ_BY_IDS.test(line)).length };
}

/** Locks the request's row, so that whatever changes it waits. Answers the function that lets go. */
async function locked(id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('begin');
  await client.query('select from requests where id = $1 for update', [id]);
  return async () => void (await client.query('rollback'));
}

it('answers from a change that is not sent yet, whatever it leaves', async () => {
  const { node, reads } = await aNode();
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  const acknowledged = node.requests.acknowledge(channel.agentId, id, later(1));
  expect(await node.requests.byId(id.toUpperCase())).toMatchObject({ status: 'ACKED', revision: 2 });
  expect(await acknowledged).toMatchObject({ outcome: 'changed' });
  expect(reads()).toBe(0);
});

it('answers from a change that was sent before only if that is the last one of all', async () => {
  const { proxy, url } = await proxiedDatabase(nodes.url);
  const { node, reads } = await aNode(url);
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  proxy.stall();
  const acknowledged = node.requests.acknowledge(channel.agentId, id, later(1));
  await new Promise((resolve) => setImmediate(resolve));
  // It is sent, although it has not arrived: it may as well have been committed, and its answer be on its way.
  const read = node.requests.byId(id);
  proxy.resume();
  expect(await read).toMatchObject({ status: 'ACKED' });
  expect(reads()).toBe(1);
  expect(await acknowledged).toMatchObject({ outcome: 'changed' });

  proxy.stall();
  const finished = node.requests.finish(channel.agentId, id, DONE, later(2));
  await new Promise((resolve) => setImmediate(resolve));
  const last = node.requests.byId(id);
  proxy.resume();
  expect(await last).toMatchObject({ status: 'COMPLETED', revision: 3 });
  expect(await finished).toMatchObject({ outcome: 'changed' });
  expect(reads()).toBe(1);
});

it('never answers what was so before another node’s change that the reader knows of', async () => {
  const { proxy, url } = await proxiedDatabase(nodes.url);
  const { node } = await aNode(url);
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  const isOpen = await locked(id);
  const acknowledged = node.requests.acknowledge(channel.agentId, id, later(1));
  await eventually(async () => {
    const { rowCount } = await waitingForLocks();
    expect(rowCount).toBe(1);
  });
  // The acknowledgement is committed, and its answer stays on the way while the request goes on elsewhere.
  proxy.stall();
  await isOpen();
  await eventually(async () => expect(await nodes.b.requests.byId(id)).toMatchObject({ status: 'ACKED' }));
  await nodes.b.requests.releaseChannels([{ channelId: channel.id, cause: null }], later(2));
  const read = node.requests.byId(id);
  proxy.resume();
  expect(await read).toMatchObject({ status: 'PENDING', revision: 3 });
  expect(await acknowledged).toMatchObject({ outcome: 'changed' });
});

const waitingForLocks = async () => {
  const client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
  try {
    return await client.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  } finally {
    await client.end();
  }
};

it('reads what is so where the change that it waited for changed nothing, or failed', async () => {
  const { proxy, url } = await proxiedDatabase(nodes.url);
  const { node, reads } = await aNode(url);
  const { channel } = await aConnectedAgent(node);
  const { id } = await stored(node, { agentId: channel.agentId });
  const refused = node.requests.acknowledge(channel.agentId, id, later(1));
  expect(await node.requests.byId(id)).toMatchObject({ status: 'PENDING', revision: 1 });
  expect(await refused).toMatchObject({ outcome: 'unchanged' });

  const before = reads();
  proxy.stall();
  const cancelled = node.requests.cancel(null, id, CANCELLED, later(2));
  const read = node.requests.byId(id);
  await new Promise((resolve) => setImmediate(resolve));
  proxy.cut();
  proxy.resume();
  await expect(cancelled).rejects.toThrow();
  expect(await read).toMatchObject({ status: 'PENDING', revision: 1 });
  expect(reads()).toBe(before + 1);
});

it('waits for a change for a second, and reads what is so until then', async () => {
  const { node } = await aNode();
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  const letGo = await locked(id);
  const cancelled = node.requests.cancel(null, id, CANCELLED, later(1));
  expect(await node.requests.byId(id)).toMatchObject({ status: 'DISPATCHED', revision: 1 });
  await letGo();
  expect(await cancelled).toMatchObject({ outcome: 'changed' });
});

it('waits for a change to begin as long as it is told to, and reads what is so if none does', async () => {
  const { node, reads } = await aNode();
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  expect(await node.requests.byId(id, 1)).toMatchObject({ status: 'DISPATCHED', revision: 1 });
  expect(reads()).toBe(1);

  const [read, another] = [node.requests.byId(id, 60_000), node.requests.byId(id, 60_000)];
  expect(await node.requests.acknowledge(channel.agentId, id, later(1))).toMatchObject({ outcome: 'changed' });
  expect(await read).toMatchObject({ status: 'ACKED', revision: 2 });
  expect(await another).toMatchObject({ status: 'ACKED', revision: 2 });
  expect(reads()).toBe(1);
});

it('reads an open request each time, and a finished one not again until it is forgotten', async () => {
  const { node, reads } = await aNode();
  const { channel } = await aConnectedAgent(node);
  const { id } = await dispatched(node, channel);
  await node.requests.acknowledge(channel.agentId, id, later(1));
  await nodes.b.requests.releaseUnacked([channel.id], later(2));
  await nodes.b.requests.releaseChannels([{ channelId: channel.id, cause: 'disconnected' }], later(2));
  expect(await node.requests.byId(id)).toMatchObject({ status: 'PENDING', revision: 3 });
  expect(reads()).toBe(1);

  await node.requests.finish(channel.agentId, id, DONE, later(3));
  const finished = await node.requests.byId(id);
  expect(reads()).toBe(1);
  expect(finished).toEqual(await nodes.b.requests.byId(id));

  expect(await node.requests.forgetFinished(NOW, 100)).toBe(0);
  expect(await node.requests.byId(id)).toEqual(finished);
  expect(await node.requests.forgetFinished(later(4), 100)).toBeGreaterThan(0);
  expect(await node.requests.byId(id)).toBeNull();
});
