import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/domain/errors.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { SenderPrincipal } from '../../src/domain/principal.ts';
import { type ApplicationNode, aSender, createNode, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { nth } from '../testkit/cluster.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock, type VirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

/** Each a queue of its own; a failing one is printed with its seed and shrunk. */
const RUNS = 20;
const MAX = 40;
const BYTES_MAX = 100_000;
/** Of one sender. */
const SHARE = MAX / 8;
const BYTES_SHARE = BYTES_MAX / 8;
/** The last of them are for senders with nothing there. */
const NEWCOMERS = MAX / 10;
/** Each of two nodes may hold a quarter of what was free a moment ago, of which the other does not know. */
const together = (max: number) => max + Math.ceil(max / 4);
/** What was counted is counted again after that. */
const MOMENT_MS = 1_000;
/** The longest params that are sent here: one request may come on top of a bound on bytes, from the other node. */
const BYTES_OF_ONE = 10_000;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

/** How many of so many that come at once are taken, one of each sender in turn; the others are told to come again. */
async function submitAtOnce(
  node: ApplicationNode,
  { handle }: TestAgent,
  senders: readonly SenderPrincipal[],
  count: number,
  bytes = 2,
): Promise<number> {
  const params = JsonText.of(bytes > 9 ? { a: 'x'.repeat(bytes - 8) } : {});
  const one = { handle, action: 'do.it', params, whenOffline: 'QUEUE' } as const;
  const answers = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => node.app.requests.submit(nth(senders, index % senders.length), one)),
  );
  const refusals = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(RateLimitedError);
  return count - refusals.length;
}

async function cancelSome(node: ApplicationNode, { handle }: TestAgent, sender: SenderPrincipal, count: number) {
  const { rows } = await node.app.requests.list(sender, { handle, statuses: ['PENDING'] }, { limit: count });
  await Promise.all(rows.map(({ id }) => node.app.requests.cancel(sender, { requestId: id })));
}

const waitingBySender = ({ storage }: ApplicationNode, { agentId }: TestAgent) =>
  storage.requests.waitingBySender(agentId, 10_000);

async function waiting(node: ApplicationNode, agent: TestAgent): Promise<number> {
  return (await waitingBySender(node, agent)).reduce((sum, { requests }) => sum + requests, 0);
}

const someSenders = (count: number) => Array.from({ length: count }, aSender);

/** What a refusal tells the sender; null if it is taken. */
async function refusalOf(node: ApplicationNode, { handle }: TestAgent, sender: SenderPrincipal, bytes = 2) {
  const params = JsonText.of(bytes > 9 ? { a: 'x'.repeat(bytes - 8) } : {});
  return node.app.requests.submit(sender, { handle, action: 'do.it', params, whenOffline: 'QUEUE' }).then(
    () => null,
    (error: Error) => error.message,
  );
}

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
    const senders = someSenders(16);
    expect(await submitAtOnce(node, agent, senders, 2_000)).toBe(900);
    // What is left is for those that have nothing there.
    expect(await submitAtOnce(node, agent, someSenders(200), 400)).toBe(100);
    expect(await submitAtOnce(node, agent, someSenders(500), 1_000)).toBe(0);
    expect(stores.count('requests.waitingBySender')).toBeLessThanOrEqual(60);
    await node.stop();
  });

  describe('on one node', () => {
    let clock: VirtualClock;
    let node: ApplicationNode;
    beforeAll(async () => {
      clock = createVirtualClock();
      node = await createNode({
        databaseUrl,
        bus: new LossyNetwork().join(),
        clock,
        queuedRequestsPerAgentMax: MAX,
        queuedBytesPerAgentMax: BYTES_MAX,
      });
    });
    afterAll(() => node.stop());

    it('has room for an eighth of one sender, and says so to that sender alone', async () => {
      const agent = await newAgent(node.storage, clock.now());
      const [greedy, other] = [aSender(), aSender()];
      expect(await submitAtOnce(node, agent, [greedy], 3 * SHARE)).toBe(SHARE);
      expect(await refusalOf(node, agent, greedy)).toBe(
        `Of one sender ${SHARE} requests may wait for this agent, with params of ${BYTES_SHARE} bytes in all. Try again in 5 s.`,
      );
      expect(await refusalOf(node, agent, other)).toBeNull();
      await cancelSome(node, agent, greedy, 1);
      expect(await refusalOf(node, agent, greedy)).toBeNull();
    });

    it('keeps its last tenth for senders with nothing there', async () => {
      const agent = await newAgent(node.storage, clock.now());
      const senders = someSenders(12);
      expect(await submitAtOnce(node, agent, senders, 12 * SHARE)).toBe(MAX - NEWCOMERS);
      expect(await refusalOf(node, agent, nth(senders, 0))).toContain(
        'is for senders with nothing in it. Try again in',
      );
      // Each of them is new only once.
      expect(await submitAtOnce(node, agent, someSenders(2), 6)).toBe(2);
      expect(await submitAtOnce(node, agent, someSenders(10), 20)).toBe(NEWCOMERS - 2);
      expect(await refusalOf(node, agent, aSender())).toContain('The queue of this agent is full. Try again in');
    });

    it('has room for so many bytes, and an eighth of them of one sender', async () => {
      const agent = await newAgent(node.storage, clock.now());
      const greedy = aSender();
      expect(await submitAtOnce(node, agent, [greedy], 4, BYTES_SHARE / 2)).toBe(2);
      expect(await refusalOf(node, agent, greedy)).toContain(`params of ${BYTES_SHARE} bytes`);
      const bulky = aSender();
      expect(await refusalOf(node, agent, bulky, 60_000)).toBeNull();
      expect(await refusalOf(node, agent, bulky)).toContain(`params of ${BYTES_SHARE} bytes`);
      expect(await refusalOf(node, agent, aSender(), 60_000)).toContain('The queue of this agent is full');
      expect(await refusalOf(node, agent, aSender(), 1_000)).toBeNull();
    });

    it('takes one request into an empty queue, however long it is', async () => {
      const agent = await newAgent(node.storage, clock.now());
      expect(await submitAtOnce(node, agent, someSenders(4), 4, 65_536)).toBe(1);
    });
  });

  describe('that two nodes fill', () => {
    let clock: VirtualClock;
    let nodes: readonly ApplicationNode[];
    beforeAll(async () => {
      clock = createVirtualClock();
      const network = new LossyNetwork();
      const begin = () =>
        createNode({
          databaseUrl,
          bus: network.join(),
          clock,
          queuedRequestsPerAgentMax: MAX,
          queuedBytesPerAgentMax: BYTES_MAX,
        });
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
      /** The first so many of the senders come, or one of them. */
      const who = fc.oneof(
        fc.record({ from: fc.constant(0), to: fc.integer({ min: 1, max: 12 }) }),
        fc.integer({ min: 0, max: 11 }).map((from) => ({ from, to: from + 1 })),
      );
      const size = fc.oneof(fc.constant(2), fc.integer({ min: 10, max: BYTES_OF_ONE }));
      const submitted = { who, size, count: fc.integer({ min: 1, max: 60 }) };
      const step = fc.oneof(
        fc.record({ kind: fc.constant('submit' as const), node: which, ...submitted }),
        fc.record({ kind: fc.constant('both' as const), ...submitted }),
        fc.record({ kind: fc.constant('cancel' as const), node: which, who, count: fc.integer({ min: 1, max: 30 }) }),
        fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: MOMENT_MS }) }),
      );
      const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const agent = await newAgent(nth(nodes, 0).storage, clock.now());
        const senders = someSenders(12);
        const those = ({ from, to }: { from: number; to: number }) => senders.slice(from, to);
        for (const step of steps) {
          if (step.kind === 'wait') clock.advance(step.ms);
          else if (step.kind === 'cancel')
            for (const each of those(step.who)) await cancelSome(nth(nodes, step.node), agent, each, step.count);
          else {
            const at = step.kind === 'both' ? nodes : [nth(nodes, step.node)];
            await Promise.all(at.map((each) => submitAtOnce(each, agent, those(step.who), step.count, step.size)));
          }
          await expectWithinBounds(agent);
        }
        const newcomers = someSenders(MAX);
        for (const node of nodes) {
          for (const each of [...senders, ...newcomers]) await cancelSome(node, agent, each, 1_000);
          expect(await waiting(node, agent)).toBe(0);
          clock.advance(MOMENT_MS);
          expect(await submitAtOnce(node, agent, senders, 12 * SHARE)).toBe(MAX - NEWCOMERS);
          clock.advance(MOMENT_MS);
          expect(await submitAtOnce(node, agent, newcomers, MAX)).toBe(NEWCOMERS);
        }
      });
      await fc.assert(property, { numRuns: RUNS });
    }, 120_000);

    async function expectWithinBounds(agent: TestAgent): Promise<void> {
      const counted = await waitingBySender(nth(nodes, 0), agent);
      const sum = (of: 'requests' | 'bytes') => counted.reduce((all, each) => all + each[of], 0);
      expect(sum('requests')).toBeLessThanOrEqual(together(MAX));
      expect(sum('bytes')).toBeLessThanOrEqual(together(BYTES_MAX) + BYTES_OF_ONE);
      for (const { requests, bytes } of counted) {
        expect(requests).toBeLessThanOrEqual(together(SHARE));
        expect(bytes).toBeLessThanOrEqual(together(BYTES_SHARE) + 2 * BYTES_OF_ONE);
      }
    }
  });
});
