import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/domain/errors.ts';
import { type ApplicationNode, aSender, createNode, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { nth } from '../testkit/cluster.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock, type VirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

/** Each a queue of its own; a failing one is printed with its seed and shrunk. */
const RUNS = 20;
const MAX = 40;
/** Each of two nodes may hold a quarter of what was free a moment ago, of which the other does not know. */
const TOGETHER_MAX = MAX + Math.ceil(MAX / 4);
/** What was counted is counted again after that. */
const MOMENT_MS = 1_000;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

const sender = aSender();

/** How many of so many that come at once are taken; the others are told to come again. */
async function submitAtOnce(node: ApplicationNode, { handle }: TestAgent, count: number): Promise<number> {
  const one = { handle, action: 'do.it', whenOffline: 'QUEUE' } as const;
  const answers = await Promise.allSettled(Array.from({ length: count }, () => node.app.requests.submit(sender, one)));
  const refusals = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(RateLimitedError);
  return count - refusals.length;
}

async function cancelSome(node: ApplicationNode, { handle }: TestAgent, count: number): Promise<void> {
  const { rows } = await node.app.requests.list(sender, { handle, statuses: ['PENDING'] }, { limit: count });
  await Promise.all(rows.map(({ id }) => node.app.requests.cancel(sender, { requestId: id })));
}

const waiting = ({ storage }: ApplicationNode, { agentId }: TestAgent) => storage.requests.countWaiting(agentId, 1_000);

describe('the queue of an agent', () => {
  it('is counted once for many requests, also while it is full', async () => {
    const stores = new StoreWatch();
    const clock = createVirtualClock();
    const node = await createNode({
      databaseUrl,
      bus: new LossyNetwork().join(),
      clock,
      wrap: (storage) => stores.wrap(storage),
    });
    const agent = await newAgent(node.storage, clock.now());
    expect(await submitAtOnce(node, agent, 2_000)).toBe(1_000);
    expect(await submitAtOnce(node, agent, 1_000)).toBe(0);
    expect(stores.count('requests.countWaiting')).toBeLessThanOrEqual(30);
    await node.stop();
  }, 60_000);

  describe('that two nodes fill', () => {
    let clock: VirtualClock;
    let nodes: readonly ApplicationNode[];
    beforeAll(async () => {
      clock = createVirtualClock();
      const network = new LossyNetwork();
      const begin = () => createNode({ databaseUrl, bus: network.join(), clock, queuedRequestsPerAgentMax: MAX });
      nodes = await Promise.all([begin(), begin()]);
      // The one that joined first hears of the other.
      for (const node of nodes) await node.start();
      clock.advance(2_500);
    });
    afterAll(async () => {
      for (const node of nodes) await node.stop();
    });

    it('never holds more than is promised, and never refuses for longer than a moment while it has room', async () => {
      const which = fc.integer({ min: 0, max: 1 });
      const step = fc.oneof(
        fc.record({ kind: fc.constant('submit'), node: which, count: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ kind: fc.constant('both'), node: which, count: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ kind: fc.constant('cancel'), node: which, count: fc.integer({ min: 1, max: 30 }) }),
        fc.record({ kind: fc.constant('wait'), node: which, count: fc.integer({ min: 1, max: MOMENT_MS }) }),
      );
      const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const agent = await newAgent(nth(nodes, 0).storage, clock.now());
        for (const { kind, node: index, count } of steps) {
          const node = nth(nodes, index);
          if (kind === 'submit') await submitAtOnce(node, agent, count);
          if (kind === 'both') await Promise.all(nodes.map((each) => submitAtOnce(each, agent, count)));
          if (kind === 'cancel') await cancelSome(node, agent, count);
          if (kind === 'wait') clock.advance(count);
          expect(await waiting(node, agent)).toBeLessThanOrEqual(TOGETHER_MAX);
        }
        for (const node of nodes) {
          while ((await waiting(node, agent)) > 0) await cancelSome(node, agent, 1_000);
          clock.advance(MOMENT_MS);
          expect(await submitAtOnce(node, agent, MAX + 10)).toBe(MAX);
        }
      });
      await fc.assert(property, { numRuns: RUNS });
    }, 120_000);
  });
});
