import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createNode, type NodeOptions, newAgent } from './application-node.ts';
import { LossyNetwork } from './lossy-network.ts';
import { createTestDatabase } from './postgres.ts';
import { createVirtualClock } from './virtual-clock.ts';
import { StoreWatch } from './watched-storage.ts';

/** A database for the file's tests, and what makes nodes on it. */
export function nodesOnOneDatabase(options: Pick<NodeOptions, 'queuedRequestsPerAgentMax'> = {}) {
  let databaseUrl: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ url: databaseUrl, drop } = await createTestDatabase());
  });
  afterAll(() => drop());

  /** Two nodes on one network, with one clock, and an agent; ended when the test is over. */
  const twoNodes = async (settings: NodeOptions['settings'] = {}) => {
    const network = new LossyNetwork();
    const clock = createVirtualClock();
    const stores = new StoreWatch();
    const start = async () => {
      const wrap: NodeOptions['wrap'] = (storage) => stores.wrap(storage);
      const node = await createNode({ ...options, databaseUrl, bus: network.join(), clock, settings, wrap });
      await node.start();
      onTestFinished(async () => void (node.isCrashed() || (await node.stop())));
      return node;
    };
    const [a, b] = [await start(), await start()];
    // Each has heard of the other.
    clock.advance(2_500);
    await stores.idle();
    const agent = await newAgent(a.storage, clock.now());
    /** What was held back arrives, and is read. */
    const deliverLate = async () => {
      network.deliverLate();
      await stores.idle();
    };
    return { a, b, network, clock, stores, agent, deliverLate };
  };
  return { twoNodes, databaseUrl: () => databaseUrl };
}
