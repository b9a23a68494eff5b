import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createTestDatabase } from '../testkit/postgres.ts';
import { type Action, DeliveryWorld } from './delivery-world.ts';

/** Each two nodes, two agents and what happens to them; a failing one is printed with its seed and shrunk. */
const RUNS = 20;
/** A machine that is so slow begins no further one. What was begun is brought to its end, and one always is. */
const BEGIN_WITHIN_MS = 90_000;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

const index = fc.nat({ max: 7 });
const node = fc.constantFrom<'a' | 'b'>('a', 'b');

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('connect'), node, agent: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disconnect'), channel: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop-reading'), channel: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read-again'), channel: index }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('submit'), node, agent: index, count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom('acknowledge', 'complete', 'fail', 'cancel'),
      node,
      request: fc.nat({ max: 40 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(100, 500, 500, 1_000, 11_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('network'),
      fates: fc.array(fc.constantFrom('arrives', 'late', 'late', 'doubled', 'lost'), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('network-down', 'network-up') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver-late') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'stop'), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), node, agent: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), node, request: fc.nat({ max: 40 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('poll'), node, request: fc.nat({ max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hang-up'), waiter: index }) },
);

describe('delivery over two nodes and a bad network', () => {
  it('delivers no attempt twice, records one outcome, and brings every request to its end', async () => {
    const until = Date.now() + BEGIN_WITHIN_MS;
    let begun = 0;
    await fc.assert(
      fc.asyncProperty(
        // What is marked is begun before what came before it has ended.
        fc.array(fc.record({ action, isHasty: fc.boolean() }), { minLength: 5, maxLength: 40 }),
        async (actions) => {
          begun += 1;
          if (begun > 1 && Date.now() > until) return;
          const world = await DeliveryWorld.begin(databaseUrl);
          try {
            for (const { action, isHasty } of actions) await world.run(action, isHasty);
            await world.settle();
            await world.check();
          } finally {
            await world.end();
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 300_000);
});
