import { expect, it, onTestFinished } from 'vitest';
import { MemoryNetwork } from '../../src/bus/memory-network.ts';
import type { Principal } from '../../src/domain/principal.ts';
import { aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

it('has only those wait who ask again at once for an open request that a channel of this node holds', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const clock = createVirtualClock();
  const waits: (number | undefined)[] = [];
  const node = await createNode({
    databaseUrl: url,
    bus: new MemoryNetwork(silentLog).join(),
    clock,
    wrap: (storage) => ({
      ...storage,
      requests: {
        ...storage.requests,
        byId: (id, waitMs) => {
          waits.push(waitMs);
          return storage.requests.byId(id, waitMs);
        },
      },
    }),
  });
  onTestFinished(() => node.stop());
  const [agent, sender] = [await newAgent(node.storage, clock.now()), aSender()];
  const submit = () =>
    node.app.requests.submit(sender, { handle: agent.handle, action: 'do.it', whenOffline: 'QUEUE' });
  const read = (id: string, by: Principal = sender) => node.app.requests.find(by, id);

  const { id: waiting } = await submit();
  for (const id of [waiting, waiting]) await read(id);
  expect(waits.splice(0)).toEqual([0, 0]);

  await node.connect(agent);
  const { id } = await submit();
  for (const by of [sender, sender, agent]) expect(await read(id, by)).toMatchObject({ status: 'DISPATCHED' });
  expect(waits.splice(0)).toEqual([0, 10, 0]);
  clock.advance(50);
  await read(id);
  expect(waits.splice(0)).toEqual([0]);

  const last = read(id);
  await node.app.requests.complete(agent, { requestId: id });
  expect(await last).toMatchObject({ id });
  expect(await read(id)).toMatchObject({ status: 'COMPLETED' });
});
