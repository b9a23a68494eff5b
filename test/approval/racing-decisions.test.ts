import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decider, DecisionOutcome, NewDecision } from '../../src/application/ports/decision-store.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import { expiredAs, later, times, twoNodes } from '../storage/fixtures.ts';
import { nth } from '../testkit/nth.ts';
import { aHoldingAgent, decisionOn, type Held, heldBy } from './held.ts';

// So many wait for one row that on a busy machine the last would be told to come again.
const nodes = twoNodes({ isPatient: true });
let client: pg.Pool;
beforeAll(() => {
  client = new pg.Pool({ connectionString: nodes.url, max: 4 });
});
afterAll(() => client.end());

/** The two nodes in turn. */
const alternating = (index: number): Storage => (index % 2 === 0 ? nodes.a : nodes.b);
const voice = (index: number): Decider => ({ kind: 'ADMIN', id: `admin ${index}`, keyId: null });
const half = (index: number): NewDecision['verdict'] => (index % 4 < 2 ? 'APPROVE' : 'DENY');
const decideOn = (held: Held, index: number, changes: Parameters<typeof decisionOn>[1]) =>
  alternating(index).decisions.decide(decisionOn(held, { by: voice(index), ...changes }));

const FAILURES = expiredAs({ code: 'test', message: 'Test.' });

/** Its state by its rows. */
async function stateOf({ approval }: Held) {
  const {
    rows: [row],
  } = await client.query(
    `select a.status, a.resolved_at, a.approved_by, r.status as request_status, r.attempts,
       (select count(*)::int from approval_decisions d where d.approval_id = a.id) as decisions
     from approvals a join requests r on r.id = a.request_id where a.id = $1`,
    [approval.id],
  );
  return row;
}

const statusIn = (outcome: DecisionOutcome) => ('approval' in outcome ? outcome.approval.status : outcome.outcome);

describe('Decisions that race', () => {
  it('have one outcome among 100 on two nodes, which every other answer names', async () => {
    const agentId = await aHoldingAgent(nodes.a);
    const held = nth(await heldBy(nodes.a, agentId, 1), 0);
    const answers = await Promise.all(times(100, (index) => decideOn(held, index, { verdict: half(index) })));
    const state = await stateOf(held);
    expect(['APPROVED', 'DENIED']).toContain(state.status);
    expect(state.request_status).toBe(state.status === 'APPROVED' ? 'PENDING' : 'REJECTED');
    expect(state.decisions).toBe(1);
    expect(answers.filter(({ outcome }) => outcome === 'decided')).toHaveLength(1);
    expect(answers.filter(({ outcome }) => outcome === 'over')).toHaveLength(99);
    expect(new Set(answers.map(statusIn))).toEqual(new Set([state.status]));
  });

  it('publish what goes with them in the same transaction: neither is there without the other', async () => {
    const agentId = await aHoldingAgent(nodes.a);
    const held = nth(await heldBy(nodes.a, agentId, 1), 0);
    const [active = null] = await nodes.a.documents.activePolicySets([agentId]);
    const publication = { id: active?.id ?? '', rules: [], defaultAction: 'ALLOW' } as const;
    // There is a version of that id, so storing it fails after the decision was written.
    const failing = decideOn(held, 0, { verdict: 'APPROVE', publication });
    await expect(failing).rejects.toThrow();
    expect(await stateOf(held)).toMatchObject({ status: 'PENDING', request_status: 'AWAITING_APPROVAL', decisions: 0 });
    expect(await nodes.b.documents.activePolicySets([agentId])).toEqual([active]);
    const fresh = { ...publication, id: newId() };
    const answers = await Promise.all(
      times(20, (index) => decideOn(held, index, { verdict: half(index), publication: fresh })),
    );
    const [now = null] = await nodes.b.documents.activePolicySets([agentId]);
    const { status } = await stateOf(held);
    expect(now?.version).toBe(status === 'APPROVED' ? 2 : 1);
    const published = answers.flatMap((answer) => (answer.outcome === 'decided' ? [answer.published] : []));
    expect(published.map((each) => each?.id ?? null)).toEqual([status === 'APPROVED' ? fresh.id : null]);
  });

  it('count every voice: of 50 for each of 40 approvals, where two must agree, one outcome each', async () => {
    const agents = await Promise.all(times(4, () => aHoldingAgent(nodes.a, 2)));
    const held = (await Promise.all(agents.map((agent) => heldBy(nodes.b, agent, 10, () => ({ quorum: 2 }))))).flat();
    // Of ten approvals one is denied by some.
    const verdictOf = (of: number, index: number) => (of % 10 === 0 ? half(index) : 'APPROVE');
    const all: (readonly DecisionOutcome[])[] = [];
    // Those of four agents at a time, which do not wait for each other's locks.
    for (const round of times(10, (at) => at)) {
      const those = agents.map((_, agent) => agent * 10 + round);
      const decided = those.map((of) =>
        Promise.all(times(50, (index) => decideOn(nth(held, of), index, { verdict: verdictOf(of, index) }))),
      );
      for (const [at, answers] of (await Promise.all(decided)).entries()) all[those[at] ?? 0] = answers;
    }
    for (const [of, each] of held.entries()) {
      const state = await stateOf(each);
      expect(state.resolved_at, 'no approval stays open').not.toBeNull();
      const answers = nth(all, of);
      expect(answers.filter(({ outcome }) => outcome === 'decided')).toHaveLength(1);
      if (state.status === 'APPROVED') {
        expect(state.approved_by).toHaveLength(2);
        expect(state.decisions).toBe(2);
        expect(answers.filter(({ outcome }) => outcome === 'counted')).toHaveLength(1);
        expect(state.request_status).toBe('PENDING');
      } else expect(state).toMatchObject({ status: 'DENIED', request_status: 'REJECTED' });
    }
  });

  it('end before or after its time is over, never both, in 500 cases within 20 ms of it', async () => {
    const random = mulberry32(20_261_129);
    const agentId = await aHoldingAgent(nodes.a);
    const held = await heldBy(nodes.a, agentId, 500, (index) => ({
      request: { expiresAt: later(100_000 + index * 1_000) },
      lifetimeSeconds: null,
    }));
    const seen = { approved: 0, expired: 0 };
    // One after the other, since a sweep takes whatever is due.
    for (const [index, each] of held.entries()) {
      const around = () => new Date(each.approval.expiresAt.getTime() + Math.round(random() * 40) - 20);
      const decidedAt = around();
      const [answer] = await Promise.all([
        decideOn(each, index, { verdict: 'APPROVE', at: decidedAt }),
        alternating(index + 1).requests.expire(FAILURES, around(), 100),
      ]);
      const state = await stateOf(each);
      if (answer.outcome === 'decided') {
        seen.approved += 1;
        expect(decidedAt.getTime()).toBeLessThan(each.approval.expiresAt.getTime());
        expect(state.status).toBe('APPROVED');
        expect(state.decisions).toBe(1);
      } else {
        seen.expired += 1;
        expect(statusIn(answer)).toBe('EXPIRED');
        expect([state.status, state.request_status]).toEqual(
          state.resolved_at === null ? ['PENDING', 'AWAITING_APPROVAL'] : ['EXPIRED', 'TIMEOUT'],
        );
        expect(state.decisions).toBe(0);
      }
    }
    expect(seen.approved + seen.expired).toBe(500);
    expect(Math.min(seen.approved, seen.expired), JSON.stringify(seen)).toBeGreaterThan(50);
  });
});

/** The same numbers in every run, from 0 up to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
