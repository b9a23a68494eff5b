import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { AgentNotFoundError } from '../../src/domain/errors.ts';
import { type ApplicationNode, aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

const clock = createVirtualClock();
const stores = new StoreWatch();
let node: ApplicationNode;
let drop: () => Promise<void>;
beforeAll(async () => {
  const { url: databaseUrl, drop: dropDatabase } = await createTestDatabase();
  drop = dropDatabase;
  node = await createNode({ databaseUrl, bus: new LossyNetwork().join(), clock, wrap: (all) => stores.wrap(all) });
});
afterAll(async () => {
  await node.stop();
  await drop();
});

/** More than a node keeps in mind of real ones. */
const FLOOD = 10_100;
const flood = async (call: (index: number) => Promise<unknown>) => {
  for (let sent = 0; sent < FLOOD; sent += 1_000) {
    await Promise.all(Array.from({ length: Math.min(1_000, FLOOD - sent) }, (_, index) => call(sent + index)));
  }
};

it('a flood of made-up keys evicts no real one, and a made-up one that comes again costs no read', async () => {
  const { text, prefix, hash } = mintApiKey('SENDER');
  const sender = { id: newId(), displayName: 'Somebody', createdAt: clock.now() };
  await node.storage.senders.insert(sender, {
    id: newId(),
    kind: 'SENDER',
    hash,
    prefix,
    scopes: [],
    isLimited: false,
    label: null,
    expiresAt: null,
  });
  expect(await node.app.keys.authenticate(text)).toMatchObject({ senderId: sender.id });
  const madeUp: string[] = [];
  await flood(async (index) => {
    madeUp[index] = mintApiKey('SENDER').text;
    expect(await node.app.keys.authenticate(madeUp[index])).toBeNull();
  });
  stores.calls.length = 0;
  expect(await node.app.keys.authenticate(text)).toMatchObject({ senderId: sender.id });
  expect(await node.app.keys.authenticate(madeUp.at(-1) ?? '')).toBeNull();
  expect(stores.calls).toEqual([]);
});

it('a flood of made-up handles evicts no real agent', async () => {
  const agent = await newAgent(node.storage, clock.now());
  const sender = aSender();
  const ask = (handle: string) => node.app.requests.submit(sender, { handle, action: 'x', whenOffline: 'QUEUE' });
  await ask(agent.handle);
  await flood((index) => expect(ask(`made.up.${index}`)).rejects.toBeInstanceOf(AgentNotFoundError));
  stores.calls.length = 0;
  await ask(agent.handle);
  expect(stores.count('agents.byHandle')).toBe(0);
});
