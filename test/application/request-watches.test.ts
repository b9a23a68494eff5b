import { expect, it, onTestFinished } from 'vitest';
import { aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

it('a hint that gets lost while followed requests are being read again is made up for, too', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const [clock, network] = [createVirtualClock(), new LossyNetwork()];
  const isRead = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const submitting = await createNode({ databaseUrl: url, bus: network.join(), clock });
  const following = await createNode({
    databaseUrl: url,
    bus: network.join(),
    clock,
    wrap: (storage) => ({
      ...storage,
      requests: {
        ...storage.requests,
        async someByIds(ids) {
          const requests = await storage.requests.someByIds(ids);
          isRead.resolve();
          await mayAnswer.promise;
          return requests;
        },
      },
    }),
  });
  onTestFinished(async () => {
    await Promise.all([submitting.stop(), following.stop()]);
  });
  const { handle } = await newAgent(submitting.storage, clock.now());
  const sender = aSender();
  const { id } = await submitting.app.requests.submit(sender, { handle, action: 'do.it', whenOffline: 'QUEUE' });
  const updates = await following.app.requests.watch(sender, id);
  expect((await updates?.next())?.value).toMatchObject({ status: 'PENDING' });

  network.fate = () => 'lost';
  network.tellOfGap();
  await isRead.promise;
  await submitting.app.requests.cancel(sender, { requestId: id });
  network.tellOfGap();
  clock.advance(1_000);
  mayAnswer.resolve();
  expect((await updates?.next())?.value).toMatchObject({ status: 'CANCELLED' });
});
