import fc from 'fast-check';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reported as ReportAnswer, Transitioned } from '../../src/application/ports/request-store.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Request } from '../../src/domain/request.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import { aChannel, aKey, anAgent, aRequest, expiredAs, later, twoNodes } from '../storage/fixtures.ts';
import { permutations } from './permutations.ts';
import { type Answer, ATTEMPTS_MAX, LEASE_MS, LOSSES_MAX, type Operation, Reference, type Row } from './reference.ts';

const RESULT = new JsonText('1');

/** Each a small world of its own; a failing one is printed with its seed and shrunk. */
const RUNS = 100;

const nodes = twoNodes();
let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
});
afterAll(() => client.end());

type Reported = 'acknowledge' | 'complete' | 'fail' | 'cancel';
type OfChannel = 'release' | 'lose' | 'release-unacked' | 'remove-channel';

/** What a step asks for, by places in the run's own lists, which are counted round. */
type Asked =
  | { readonly kind: 'claim'; readonly request: number; readonly seen: 0 | 1; readonly channel: number }
  | {
      readonly kind: Reported;
      readonly request: number;
      readonly by: 'own' | 'other';
      readonly through: number | null;
    }
  /** An ack and an outcome right after it. */
  | { readonly kind: 'handle'; readonly request: number; readonly through: readonly [number | null, number | null] }
  | { readonly kind: 'read'; readonly request: number; readonly waitMs: number }
  | { readonly kind: OfChannel; readonly channel: number }
  | { readonly kind: 'expire' | 'give-up' };

/** On one of two nodes; with `isAfter`, once the one before it in its step has been answered. */
type Begun = { readonly node: 'a' | 'b'; readonly isAfter: boolean; readonly asked: Asked };

type Step =
  /** One to four operations, at the same time but for those that are after others. */
  | { readonly kind: 'together'; readonly operations: readonly Begun[] }
  | { readonly kind: 'submit'; readonly agent: number; readonly channel: number | null; readonly lifetimeMs: number }
  | { readonly kind: 'open-channel'; readonly agent: number }
  | { readonly kind: 'pass'; readonly ms: number };

const index = fc.nat({ max: 7 });
/** The channel that something is reported through, where that is said. */
const through = fc.option(fc.nat({ max: 3 }));
const asked: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      request: index,
      seen: fc.constantFrom(0, 0, 0, 1),
      channel: index,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('acknowledge', 'complete', 'fail', 'cancel'),
      request: index,
      by: fc.constantFrom('own', 'own', 'own', 'other'),
      through,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('handle' as const),
      request: index,
      through: fc.oneof(
        through.map((each) => [each, each] as const),
        fc.tuple(through, through),
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('release', 'lose', 'lose', 'lose', 'release-unacked', 'remove-channel'),
      channel: index,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('expire', 'give-up') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('read' as const), request: index, waitMs: fc.constantFrom(0, 3) }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('together' as const),
      operations: fc.array(
        fc.record({ node: fc.constantFrom('a', 'b'), isAfter: fc.constantFrom(false, false, true), asked }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      agent: index,
      channel: fc.option(index),
      lifetimeMs: fc.constantFrom(1_500, 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open-channel' as const), agent: index }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, LEASE_MS, 2_000) }),
  },
);

/** One run: a small world of its own in the database, and the reference beside it. */
class World {
  readonly #agents: string[] = [];
  readonly #senders = [newId(), newId()];
  readonly #requests: string[] = [];
  readonly #channels: string[] = [];
  #reference = new Reference();

  async begin(): Promise<void> {
    for (const node of ['node-1', 'node-2']) await nodes.a.presence.registerNode(node, later(0));
    for (let count = 0; count < 2; count += 1) {
      const agent = anAgent();
      await nodes.a.agents.insert(agent, aKey());
      this.#agents.push(agent.id);
      await this.run({ kind: 'open-channel', agent: count });
      await this.run({ kind: 'submit', agent: count, channel: count, lifetimeMs: 60_000 });
    }
  }

  async run(step: Step): Promise<void> {
    if (step.kind === 'pass') this.#reference.now += step.ms;
    if (step.kind === 'open-channel') await this.#openChannel(pick(this.#agents, step.agent));
    if (step.kind === 'submit') await this.#submit(step);
    if (step.kind === 'together') await this.#together(step.operations);
    await this.#compare();
  }

  async #openChannel(agentId: string): Promise<void> {
    const channel = aChannel({ agentId, nodeId: `node-${1 + (this.#channels.length % 2)}` });
    await nodes.a.presence.insertChannel(channel, 1_000, later(-1_000_000));
    this.#channels.push(channel.id);
    this.#reference.channels.set(channel.id, agentId);
  }

  async #submit({ agent, channel, lifetimeMs }: Extract<Step, { kind: 'submit' }>): Promise<void> {
    const { now, channels } = this.#reference;
    const agentId = pick(this.#agents, agent);
    const own = [...channels].filter(([, of]) => of === agentId).map(([id]) => id);
    const channelId = channel === null || own.length === 0 ? null : pick(own, channel);
    const senderId = pick(this.#senders, this.#requests.length);
    const request = aRequest({ agentId, senderId, createdAt: later(now), expiresAt: later(now + lifetimeMs) });
    const delivery = channelId === null ? null : { channelId, nodeId: 'node-1' };
    await nodes.a.requests.insert(
      delivery === null
        ? request
        : { ...request, status: 'DISPATCHED', delivery, leaseExpiresAt: later(now + LEASE_MS) },
    );
    this.#requests.push(request.id);
    this.#reference.rows.set(request.id, {
      agentId,
      senderId,
      expiresAt: now + lifetimeMs,
      status: channelId === null ? 'PENDING' : 'DISPATCHED',
      attempts: channelId === null ? 0 : 1,
      channelId,
      leaseExpiresAt: channelId === null ? null : now + LEASE_MS,
      revision: 1,
      updatedAt: now,
      unacked: channelId === null ? 0 : 1,
      losses: 0,
      lostAt: Number.NEGATIVE_INFINITY,
      reportedAt: null,
      deliveredTo: channelId === null ? [] : [channelId],
    });
  }

  /** There must be an order of the operations in which the reference gives the same answers and ends in the same state. */
  async #together(steps: Extract<Step, { kind: 'together' }>['operations']): Promise<void> {
    const begun = steps.flatMap(({ asked, ...rest }) =>
      this.#operations(asked).map((operation, at) => ({ ...rest, operation, isAfter: rest.isAfter && at === 0 })),
    );
    const { now } = this.#reference;
    const changed: Request[] = [];
    const answers: Promise<Answer>[] = [];
    for (const { node, operation, isAfter } of begun) {
      const begin = () => perform(nodes[node], operation, now, changed);
      const before = answers.at(-1);
      answers.push(isAfter && before ? before.then(begin) : begin());
    }
    await Promise.all(answers);
    const actual = await this.#state();
    await this.#compareRows(changed);
    const done = await Promise.all(begun.map(async (each, at) => ({ ...each, answer: (await answers[at]) ?? '' })));
    const isInTurn = (order: typeof done) =>
      done.every((after, at) => {
        const before = done[at - 1];
        return !after.isAfter || !before || order.indexOf(before) < order.indexOf(after);
      });
    for (const order of permutations(done)) {
      if (!isInTurn(order)) continue;
      const attempt = this.#reference.copy();
      const fits = order.every(({ operation, answer }) => attempt.apply(operation, answer, done.length > 1));
      if (!fits || JSON.stringify(stateOf(attempt)) !== JSON.stringify(actual)) continue;
      this.#reference = attempt;
      await this.#compareLosses(done.length > 1);
      return;
    }
    throw new Error(
      `no order explains ${JSON.stringify({ before: stateOf(this.#reference), done, after: actual }, null, 2)}`,
    );
  }

  #operations(asked: Asked): readonly Operation[] {
    if (asked.kind !== 'handle') return [this.#operation(asked)];
    return (['acknowledge', 'complete'] as const).map((kind, at) =>
      this.#operation({ kind, request: asked.request, by: 'own', through: asked.through[at] ?? null }),
    );
  }

  #operation(asked: Exclude<Asked, { readonly kind: 'handle' }>): Operation {
    switch (asked.kind) {
      case 'expire':
      case 'give-up':
        return asked;
      case 'release':
      case 'lose':
        return { kind: 'release', channelId: pick(this.#channels, asked.channel), isLoss: asked.kind === 'lose' };
      case 'release-unacked':
      case 'remove-channel':
        return { kind: asked.kind, channelId: pick(this.#channels, asked.channel) };
      case 'read':
        return { kind: 'read', id: pick(this.#requests, asked.request), waitMs: asked.waitMs };
      case 'claim': {
        const id = pick(this.#requests, asked.request);
        const seenAttempts = this.#row(id).attempts + asked.seen;
        return { kind: 'claim', id, seenAttempts, channelId: pick(this.#channels, asked.channel) };
      }
      default: {
        const id = pick(this.#requests, asked.request);
        const { agentId, senderId } = this.#row(id);
        const stranger = asked.by === 'other' ? newId() : null;
        const channelId = asked.through === null ? null : pick(this.#channels, asked.through);
        return asked.kind === 'cancel'
          ? { kind: 'cancel', id, senderId: stranger ?? senderId }
          : { kind: asked.kind, id, agentId: stranger ?? agentId, channelId };
      }
    }
  }

  #row(id: string): Row {
    const row = this.#reference.rows.get(id);
    if (!row) throw new Error('the reference does not know the request');
    return row;
  }

  async #compare(): Promise<void> {
    expect(await this.#state()).toEqual(stateOf(this.#reference));
  }

  /** What a change was answered with is what the database says of that revision, on whichever node it was made. */
  async #compareRows(changed: readonly Request[]): Promise<void> {
    const rows = new Map((await nodes.b.requests.byIds(this.#requests)).map((row) => [row.id, row]));
    for (const request of changed) {
      const row = rows.get(request.id);
      if (row?.revision === request.revision) expect(request).toEqual(row);
    }
  }

  /** What happened beside other things may have been counted before or after them, whatever their order was. */
  async #compareLosses(mayDiffer: boolean): Promise<void> {
    for (const { id, losses } of await nodes.b.requests.byIds(this.#requests)) {
      const row = this.#row(id);
      if (mayDiffer) row.losses = losses;
      expect(losses).toBe(row.losses);
    }
  }

  async #state() {
    const rows = await nodes.b.requests.byIds(this.#requests);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return this.#requests.map((id) => {
      const row = byId.get(id);
      return [row?.status, row?.attempts, row?.channelId, row?.revision, row?.deliveries.map((each) => each.channelId)];
    });
  }
}

const stateOf = ({ rows }: Reference) =>
  [...rows.values()].map(({ status, attempts, channelId, revision, deliveredTo }) => [
    status,
    attempts,
    channelId,
    revision,
    deliveredTo,
  ]);

/** `changed` takes what single changes are answered with. */
async function perform(
  { requests, presence }: Storage,
  operation: Operation,
  now: number,
  changed: Request[],
): Promise<Answer> {
  const at = later(now);
  const outcomeOf = (answer: Transitioned | ReportAnswer): string => {
    if (answer.outcome === 'changed') changed.push(answer.request);
    return answer.outcome === 'finished' ? `finished ${answer.status}` : answer.outcome;
  };
  const error = { code: 'test', message: 'Test.' };
  switch (operation.kind) {
    case 'read': {
      const row = await requests.byId(operation.id, operation.waitMs);
      return `${row?.status} ${row?.revision}`;
    }
    case 'claim': {
      const to = { channelId: operation.channelId, nodeId: 'node-1' };
      return outcomeOf(await requests.claim(operation.id, operation.seenAttempts, to, at, later(now + LEASE_MS)));
    }
    case 'acknowledge':
      return outcomeOf(
        await requests.acknowledge(operation.agentId, operation.id, at, operation.channelId ?? undefined),
      );
    case 'complete':
      return outcomeOf(
        await requests.finish(
          operation.agentId,
          operation.id,
          { status: 'COMPLETED', result: RESULT },
          at,
          operation.channelId ?? undefined,
        ),
      );
    case 'fail':
      return outcomeOf(
        await requests.finish(
          operation.agentId,
          operation.id,
          { status: 'FAILED', error },
          at,
          operation.channelId ?? undefined,
        ),
      );
    case 'cancel':
      return outcomeOf(await requests.cancel(operation.senderId, operation.id, error, at));
    case 'release':
      return (
        await requests.releaseChannels(
          [{ channelId: operation.channelId, cause: operation.isLoss ? 'disconnected' : null }],
          at,
        )
      ).map(({ id }) => id);
    case 'release-unacked':
      return (await requests.releaseUnacked([operation.channelId], at)).map(({ id }) => id);
    case 'remove-channel':
      await presence.removeChannels([operation.channelId], at);
      return 'done';
    case 'expire':
      return (await requests.expire(expiredAs(error), at, 500)).map(({ id }) => id);
    case 'give-up':
      return (
        await requests.failUndeliverable(
          { unacked: ATTEMPTS_MAX, losses: LOSSES_MAX },
          { unacked: error, disconnected: error, oversize: error },
          at,
          500,
        )
      ).map(({ id }) => id);
  }
}

function pick<Item>(items: readonly Item[], at: number): Item {
  const item = items[at % items.length];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

describe('the request store on two nodes', () => {
  it('does what the reference says, one at a time or in some order of what happens together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await client.query('truncate requests, channels cascade');
        const world = new World();
        await world.begin();
        for (const each of steps) await world.run(each);
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000, endOnFailure: false },
    );
  }, 120_000);
});
