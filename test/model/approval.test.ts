import fc from 'fast-check';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalDigest } from '../../src/application/approvals/approval-digest.ts';
import type { Decider } from '../../src/application/ports/decision-store.ts';
import type { Reported, Transitioned } from '../../src/application/ports/request-store.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import { decisionOn, type Held, hold, setQuorum, UNBOUNDED } from '../approval/held.ts';
import { aChannel, aKey, anAgent, expiredAs, later, NOW, twoNodes } from '../storage/fixtures.ts';
import { nth } from '../testkit/nth.ts';
import { type Answer, LEASE_MS, type Operation, Reference } from './approval-reference.ts';
import { permutations } from './permutations.ts';

/** Each a small world of its own; a failing one is printed with its seed and shrunk. */
const RUNS = 40;
const PENDING_PER_SENDER_MAX = 3;
const LIFETIME_MS = 60_000;
const FAILURE = { code: 'test', message: 'Test.' };

const nodes = twoNodes();
let pool: pg.Pool;
beforeAll(() => {
  pool = new pg.Pool({ connectionString: nodes.url, max: 4 });
});
afterAll(() => pool.end());

type OfItem = 'rebind' | 'refuse' | 'cancel' | 'cancel-as-before' | 'deliver' | 'complete';

/** What a step asks for, by places in the run's own lists, which are counted round. */
type Asked =
  | {
      readonly kind: 'decide';
      readonly item: number;
      readonly voter: number;
      readonly verdict: 'APPROVE' | 'DENY';
      readonly isMadeUp: boolean;
      readonly edit: number | null;
    }
  | { readonly kind: OfItem; readonly item: number }
  | { readonly kind: 'set-quorum'; readonly quorum: number }
  | { readonly kind: 'remove-approver' | 'publish' | 'expire' | 'delete-agent' };

type Step =
  | { readonly kind: 'together'; readonly asked: readonly { readonly node: 'a' | 'b'; readonly asked: Asked }[] }
  | { readonly kind: 'hold'; readonly sender: number; readonly lifetimeMs: number | null }
  /** What was delivered is not acked in time, and goes out again, on whichever node is first. */
  | { readonly kind: 'lapse'; readonly item: number }
  | { readonly kind: 'pass'; readonly ms: number };

const item = fc.nat({ max: 3 });
const asked: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      item,
      voter: fc.nat({ max: 3 }),
      verdict: fc.constantFrom('APPROVE', 'APPROVE', 'APPROVE', 'DENY'),
      isMadeUp: fc.constantFrom(false, false, false, false, false, true),
      edit: fc.constantFrom(null, null, null, null, 1, 2),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'rebind',
        'rebind',
        'rebind',
        'refuse',
        'cancel',
        'cancel-as-before',
        'deliver',
        'deliver',
        'complete',
      ),
      item,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('set-quorum' as const), quorum: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('publish', 'publish', 'expire', 'expire', 'expire', 'remove-approver', 'delete-agent'),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('together' as const),
      asked: fc.array(fc.record({ node: fc.constantFrom('a', 'b'), asked }), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hold' as const),
      sender: fc.constantFrom(0, 0, 0, 1),
      lifetimeMs: fc.constantFrom(null, 2_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lapse' as const), item }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, 2_000, 90_000) }) },
);

/** One run: an agent with what is held of it in the database, and the reference beside it. */
class World {
  readonly #agent = anAgent();
  readonly #channel = aChannel({ agentId: this.#agent.id, nodeId: 'node-1' });
  readonly #senders = [newId(), newId()];
  readonly #approver = newId();
  readonly #voters: readonly Decider[] = [
    { kind: 'APPROVER', id: this.#approver, keyId: newId() },
    { kind: 'APPROVER', id: this.#approver, keyId: newId() },
    { kind: 'OWNER', id: newId(), keyId: newId() },
    { kind: 'ADMIN', id: 'admin', keyId: null },
  ];
  readonly #held: Held[] = [];
  #reference = new Reference();

  async begin(): Promise<void> {
    const { id } = this.#agent;
    await nodes.a.presence.registerNode('node-1', NOW);
    await nodes.a.agents.insert(this.#agent, aKey());
    await nodes.a.documents.publishCapabilities(newId(), id, [], NOW);
    await nodes.a.documents.publishPolicies(newId(), id, [], 'REQUIRE_APPROVAL', NOW);
    await nodes.a.presence.insertChannel(this.#channel, 8, later(-1_000_000));
    await pool.query(`insert into approvers (id, display_name, agent_ids, created_at) values ($1, 'An', $2, $3)`, [
      this.#approver,
      [id],
      NOW,
    ]);
    await pool.query(
      `insert into webhook_endpoints (id, agent_id, name, url, secret, events, includes_params, created_at)
       values ($1, $2, 'a', 'https://a.example/', 's', '{approval.resolved}', false, $3)`,
      [newId(), id, NOW],
    );
    await this.run({ kind: 'hold', sender: 0, lifetimeMs: null });
  }

  async run(step: Step): Promise<void> {
    if (step.kind === 'pass') this.#reference.now += step.ms;
    if (step.kind === 'hold') await this.#hold(step);
    if (step.kind === 'together') await this.#together(step.asked);
    if (step.kind === 'lapse') {
      this.#reference.now += LEASE_MS;
      const again = { kind: 'deliver', item: step.item } as const;
      await this.#together([
        { node: 'a', asked: again },
        { node: 'b', asked: again },
      ]);
    }
    expect(await this.#state()).toEqual(this.#stateOf(this.#reference));
  }

  async #hold({ sender, lifetimeMs }: Extract<Step, { kind: 'hold' }>): Promise<void> {
    const { now, quorum, version, isDeleted, items } = this.#reference;
    const senderId = nth(this.#senders, sender);
    const endsAt = now + (lifetimeMs ?? 80_000);
    const held = await hold(nodes.a, this.#agent.id, {
      quorum,
      lifetimeSeconds: lifetimeMs === null ? LIFETIME_MS / 1_000 : null,
      request: { senderId, createdAt: later(now), expiresAt: later(endsAt) },
      bounds: { ...UNBOUNDED, ofSenderAtAgent: { requests: PENDING_PER_SENDER_MAX, bytes: 1_000_000 } },
    });
    const pending = [...items.values()].filter((each) => each.senderId === senderId && each.approval === 'PENDING');
    expect(held !== null).toBe(!isDeleted && pending.length < PENDING_PER_SENDER_MAX);
    if (held === null) return;
    this.#held.push(held);
    items.set(held.request.id, {
      senderId,
      lifetimeMs: lifetimeMs === null ? LIFETIME_MS : null,
      endsAt,
      requestEndsAt: endsAt,
      request: 'AWAITING_APPROVAL',
      approval: 'PENDING',
      revision: 1,
      version,
      quorum,
      params: 0,
      attempts: 0,
      leaseEndsAt: 0,
      votes: [],
      said: new Map(),
    });
  }

  /** There must be an order of the operations in which the reference gives the same answers and ends in the same state. */
  async #together(steps: Extract<Step, { kind: 'together' }>['asked']): Promise<void> {
    const operations = steps.map((each) => ({ ...each, operation: this.#operation(each.asked) }));
    const looks = await nodes.a.decisions.basesOf(this.#held.map(({ approval }) => approval.id));
    const shown = new Map(looks.flatMap((look) => (look === null ? [] : [[look.request.id, look] as const])));
    const done = await Promise.all(
      operations.map(async ({ node, operation }) => ({
        operation,
        answer: await this.#perform(nodes[node], operation, shown),
      })),
    );
    const actual = JSON.stringify(await this.#state());
    for (const order of permutations(done)) {
      const attempt = this.#reference.copy();
      const fits = order.every(({ operation, answer }) => attempt.apply(operation, answer, done.length > 1));
      if (!fits || JSON.stringify(this.#stateOf(attempt)) !== actual) continue;
      this.#reference = attempt;
      return;
    }
    const before = this.#stateOf(this.#reference);
    throw new Error(`no order explains ${JSON.stringify({ before, done, after: await this.#state() }, null, 2)}`);
  }

  #operation(asked: Asked): Operation {
    switch (asked.kind) {
      case 'decide': {
        const { id } = this.#item(asked.item);
        const of = this.#reference.items.get(id);
        const shown = asked.isMadeUp || !of ? null : { version: of.version, quorum: of.quorum, params: of.params };
        const { id: voter } = nth(this.#voters, asked.voter);
        const edit = asked.verdict === 'APPROVE' ? asked.edit : null;
        return { kind: 'decide', id, voter, verdict: asked.verdict, shown, edit };
      }
      case 'rebind':
      case 'refuse': {
        const { id } = this.#item(asked.item);
        return { kind: asked.kind, id, seenRevision: this.#reference.items.get(id)?.revision ?? 0 };
      }
      case 'deliver': {
        const { id } = this.#item(asked.item);
        return { kind: 'deliver', id, seenAttempts: this.#reference.items.get(id)?.attempts ?? 0 };
      }
      case 'remove-approver':
        return { kind: 'remove-approver', voter: this.#approver };
      case 'set-quorum':
        return asked;
      case 'publish':
      case 'expire':
      case 'delete-agent':
        return { kind: asked.kind };
      default:
        return { kind: asked.kind, id: this.#item(asked.item).id };
    }
  }

  #item(at: number): Held['request'] {
    return nth(this.#held, at % this.#held.length).request;
  }

  async #perform(storage: Storage, operation: Operation, shown: ReadonlyMap<string, Held>): Promise<Answer> {
    const { requests, decisions } = storage;
    const at = later(this.#reference.now);
    const agentId = this.#agent.id;
    switch (operation.kind) {
      case 'decide': {
        const look = this.#look(shown, operation.id);
        const digest = operation.shown === null ? Buffer.from('made up') : look.approval.digest;
        const by = this.#voters.find(({ id }) => id === operation.voter) ?? nth(this.#voters, 0);
        const params = operation.edit === null ? null : JsonText.of<JsonObject>({ title: `edit ${operation.edit}` });
        const edited = { ...look.approval, request: { ...look.request, effectiveParams: params } };
        const edit = params && { params, digest: approvalDigest(edited) };
        const { verdict } = operation;
        const answer = await decisions.decide(decisionOn(look, { by, verdict, digest, edit, at }));
        return answer.outcome === 'over' ? `over ${answer.approval.status}` : answer.outcome;
      }
      case 'rebind': {
        const { approval } = this.#look(shown, operation.id);
        return this.#rebind(storage, approval, operation.seenRevision, at);
      }
      case 'refuse': {
        const { approval } = this.#look(shown, operation.id);
        const refusal = { agentId, reason: 'No.', pipelineLog: [], at };
        const { seenRevision } = operation;
        const refused = await decisions.refuse({ approvalId: approval.id, seenRevision, ...refusal });
        return refused === null ? 'nothing' : 'done';
      }
      case 'cancel':
        return outcomeOf(await requests.cancel(null, operation.id, FAILURE, at));
      case 'cancel-as-before': {
        const { rowCount } = await pool.query(
          `update requests set status = 'CANCELLED', finished_at = $2, updated_at = $2, revision = revision + 1
           where id = $1 and finished_at is null`,
          [operation.id, at],
        );
        return rowCount === 1 ? 'done' : 'nothing';
      }
      case 'deliver': {
        const to = { channelId: this.#channel.id, nodeId: 'node-1' };
        const until = new Date(at.getTime() + LEASE_MS);
        const claimed = await requests.claim(operation.id, operation.seenAttempts, to, at, until);
        if (claimed.outcome === 'changed') expect(claimed.request.isHeld, 'what is sent was approved').toBe(false);
        return claimed.outcome;
      }
      case 'complete':
        return outcomeOf(
          await requests.finish(agentId, operation.id, { status: 'COMPLETED', result: new JsonText('1') }, at),
        );
      case 'expire':
        return (await requests.expire(expiredAs(FAILURE), at, 500)).map(({ id }) => id);
      case 'remove-approver':
        await pool.query('update approvers set removed_at = $2 where id = $1 and removed_at is null', [
          this.#approver,
          at,
        ]);
        return '';
      case 'set-quorum':
        await setQuorum(storage, agentId, operation.quorum);
        return '';
      case 'publish':
        await storage.documents.publishPolicies(newId(), agentId, [], 'REQUIRE_APPROVAL', at);
        return '';
      case 'delete-agent':
        await storage.agents.delete(agentId);
        await requests.cancelAllOfAgent(agentId, FAILURE, at);
        return '';
    }
  }

  async #rebind(
    storage: Storage,
    { id, contractId, contractVersion, holdReasons }: Held['approval'],
    seen: number,
    at: Date,
  ) {
    const [policies = null] = await storage.documents.activePolicySets([this.#agent.id]);
    const [basis = null] = await storage.decisions.basesOf([id]);
    if (policies === null || basis === null) return 'nothing';
    const rebound = await storage.decisions.rebind({
      approvalId: id,
      agentId: this.#agent.id,
      seenRevision: seen,
      bound: {
        policySetId: policies.id,
        policyVersion: policies.version,
        contractId,
        contractVersion,
        holdReasons,
        findings: [],
        quorum: basis.quorum,
      },
      digestOf: (approval, request) => approvalDigest({ ...approval, request }),
      at,
    });
    return rebound === null ? 'nothing' : 'done';
  }

  #look(shown: ReadonlyMap<string, Held>, id: string): Held {
    const look = shown.get(id) ?? this.#held.find(({ request }) => request.id === id);
    if (!look) throw new Error('nothing is held');
    return look;
  }

  /** What the reference tells of each, and besides that one approval is open at most, and its end told once. */
  async #state() {
    const ids = this.#held.map(({ request }) => request.id);
    const { rows } = await pool.query(
      `select r.id, r.status, a.status as approval, a.revision, a.policy_version as version, a.quorum, r.attempts,
         extract(epoch from r.expires_at - $2::timestamptz)::float8 * 1000 as ends, r.is_held,
         coalesce(r.effective_params ->> 'title', 'edit 0') as params,
         (select coalesce(jsonb_agg(v ->> 'id'), '[]') from jsonb_array_elements(a.approved_by) v) as votes,
         (select count(*)::int from approvals o where o.request_id = r.id and o.resolved_at is null) as open,
         (select count(*)::int from outbox o where o.approval_id = a.id and o.event = 'approval.resolved'
           having exists (select from agents g where g.id = a.agent_id)) as told
       from requests r join approvals a on a.request_id = r.id where r.id = any ($1::uuid[])`,
      [ids, NOW],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => {
      const row = byId.get(id);
      const { status, approval, revision, version, quorum, params, attempts, votes, open } = row;
      const told = row.told ?? null;
      return [
        status,
        approval,
        revision,
        version,
        quorum,
        Math.round(row.ends),
        row.is_held,
        params,
        attempts,
        votes,
        open,
        told,
      ];
    });
  }

  #stateOf({ items, isDeleted }: Reference) {
    return [...items.values()].map((each) => {
      const isOpen = each.approval === 'PENDING';
      const { request, approval, revision, version, quorum, requestEndsAt, attempts, votes } = each;
      const params = `edit ${each.params}`;
      const told = isDeleted ? null : Number(!isOpen);
      return [
        request,
        approval,
        revision,
        version,
        quorum,
        requestEndsAt,
        approval !== 'APPROVED',
        params,
        attempts,
        votes,
        Number(isOpen),
        told,
      ];
    });
  }
}

const outcomeOf = (answer: Transitioned | Reported): string =>
  answer.outcome === 'finished' ? `finished ${answer.status}` : answer.outcome;

describe('the stores of approvals on two nodes', () => {
  it('do what the reference says, one at a time or in some order of what happens together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await pool.query('truncate requests, channels cascade');
        const world = new World();
        await world.begin();
        for (const each of steps) await world.run(each);
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000, endOnFailure: false },
    );
  }, 120_000);
});
