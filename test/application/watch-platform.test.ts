import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryNetwork } from '../../src/bus/memory-network.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Request } from '../../src/domain/request.ts';
import { anAdmin, aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

it('what an administrator does not read waits as ids, and is read from the database many at a time', async () => {
  const { clock, stores, node, handle } = await watchedNode();
  const activity = await node.app.admin.watchPlatform(anAdmin(clock.now()));
  const sent: string[] = [];
  for (let count = 0; count < 32; count += 1) {
    const input = {
      handle,
      action: 'do.it',
      params: JsonText.of<JsonObject>({ text: 'x'.repeat(1_000) }),
      whenOffline: 'QUEUE',
    } as const;
    sent.push((await node.app.requests.submit(aSender(), input)).id);
  }
  expect(stores.count('requests.byIds')).toBe(0);
  for (const id of sent)
    expect((await activity.next()).value).toMatchObject({ kind: 'request-status', request: { id } });
  expect(stores.count('requests.byIds')).toBe(2);
  await activity.return();
});

it('what could not be read ends what an administrator follows, and nothing is kept for it any more', async () => {
  const { clock, stores, node, handle } = await watchedNode();
  const activity = await node.app.admin.watchPlatform(anAdmin(clock.now()));
  const ended = vi.fn();
  activity.onEnd(ended);
  const submit = () => node.app.requests.submit(aSender(), { handle, action: 'do.it', whenOffline: 'QUEUE' });
  stores.onCall = (call) => {
    if (call === 'requests.byIds') throw new Error('the database is away');
  };
  await submit();
  await expect(activity.next()).rejects.toThrow('the database is away');
  expect(ended).toHaveBeenCalledOnce();
  await submit();
  expect(await activity.next()).toEqual({ done: true, value: undefined });
});

it('what an administrator watches holds up no delivery, however slowly it is read', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const [clock, network] = [createVirtualClock(), new MemoryNetwork(silentLog)];
  const isRead = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const watched = new Set([LATE]);
  const submitting = await createNode({ databaseUrl: url, bus: network.join(), clock });
  const watching = await createNode({
    databaseUrl: url,
    bus: network.join(),
    clock,
    wrap: (storage) => ({
      ...storage,
      requests: {
        ...storage.requests,
        async someByIds(ids) {
          if (ids.every((id) => watched.has(id))) {
            isRead.resolve();
            await mayAnswer.promise;
          }
          return storage.requests.someByIds(ids);
        },
      },
    }),
  });
  onTestFinished(async () => {
    mayAnswer.resolve();
    await Promise.all([submitting.stop(), watching.stop()]);
  });
  const [away, here] = [
    await newAgent(submitting.storage, clock.now()),
    await newAgent(submitting.storage, clock.now()),
  ];
  await watching.start();
  await watching.app.admin.watchPlatform(anAdmin(clock.now()));
  const channel = await watching.connect(here);
  const delivered = Promise.withResolvers<Request>();
  channel.onDelivery((request) => delivered.resolve(request));
  const submit = ({ handle }: { readonly handle: string }) =>
    submitting.app.requests.submit(aSender(), { handle, action: 'do.it', whenOffline: 'QUEUE' });
  network.join().publish('activity', '', { event: 'request-status', id: LATE, revision: 1, status: 'PENDING' });
  await isRead.promise;
  watched.add((await submit(away)).id);
  const { id } = await submit(here);
  expect(await delivered.promise).toMatchObject({ id });
});

const LATE = '0190a6b2-0000-7000-8000-000000000001';

/** A node with an agent of that handle, and what it asks of its stores. */
async function watchedNode() {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const [clock, stores] = [createVirtualClock(), new StoreWatch()];
  const node = await createNode({
    databaseUrl: url,
    bus: new MemoryNetwork(silentLog).join(),
    clock,
    wrap: (storage) => stores.wrap(storage),
  });
  onTestFinished(() => node.stop());
  const { handle } = await newAgent(node.storage, clock.now());
  return { clock, stores, node, handle };
}
