import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Held, HoldBounds, NewApproval } from '../../src/application/ports/approval-store.ts';
import type { NewRequest } from '../../src/application/ports/request-store.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { aKey, anAgent, anApproval, aRequest, HOLD_BOUNDS, later, NOW, SETTINGS, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const query = databaseClient(() => nodes.url);

const anAgentOf = async (storage: Storage): Promise<string> => {
  const agent = anAgent();
  await storage.agents.insert(agent, aKey());
  return agent.id;
};

type Changes = {
  readonly request?: Partial<NewRequest>;
  readonly approval?: Partial<NewApproval>;
  readonly bounds?: Partial<HoldBounds>;
};

const hold = (storage: Storage, { request, approval, bounds }: Changes): Promise<Held> =>
  storage.approvals.hold(
    aRequest({ status: 'AWAITING_APPROVAL', ...request }),
    anApproval({ ...(request?.createdAt && { createdAt: request.createdAt }), ...approval }),
    { ...HOLD_BOUNDS, ...bounds },
  );

const inserted = (held: Held) => {
  if (!('inserted' in held)) throw new Error(`It is not held: ${JSON.stringify(held)}`);
  return held;
};

const over = (held: Held) => ('over' in held ? held.over : Object.keys(held)[0]);

const deny = async (approvalId: string, at: Date) => {
  await query("update approvals set status = 'DENIED', resolved_at = $2 where id = $1", [approvalId, at]);
};

describe('hold', () => {
  it('stores the request and what people are asked, which is then read by id and by request', async () => {
    const agentId = await anAgentOf(nodes.a);
    const { inserted: request, approval } = inserted(await hold(nodes.a, { request: { agentId } }));
    expect(request).toMatchObject({ status: 'AWAITING_APPROVAL', isHeld: true });
    expect(approval).toMatchObject({ status: 'PENDING', requestId: request.id, agentId, revision: 1, approvedBy: [] });
    expect(await nodes.b.approvals.byId(approval.id)).toEqual({ approval, request });
    expect(await nodes.b.approvals.ofRequests([newId(), request.id])).toEqual([null, approval]);
    expect(await nodes.b.approvals.byId(newId())).toBeNull();
    expect(await nodes.b.approvals.byId('no id')).toBeNull();
  });

  it('gives the last place once, however many ask on two nodes', async () => {
    const agentId = await anAgentOf(nodes.a);
    const bounds = { ofAgent: { requests: 1, bytes: 4_000_000 } };
    const held = await Promise.all(
      times(40, (index) => hold(index % 2 === 0 ? nodes.a : nodes.b, { request: { agentId }, bounds })),
    );
    expect(held.filter((each) => 'inserted' in each)).toHaveLength(1);
    expect(held.filter((each) => over(each) === 'agent')).toHaveLength(39);
    expect(await query('select id from requests where agent_id = $1', [agentId])).toHaveLength(1);
  });

  it('counts what waits of the sender at the agent, of both, and in all, in requests and in bytes', async () => {
    const [agentId, otherAgent] = [await anAgentOf(nodes.a), await anAgentOf(nodes.a)];
    const senderId = newId();
    const params = JsonText.of<JsonObject>({ text: 'x'.repeat(989) });
    const at = (id: string, bounds: Partial<HoldBounds>, sender = senderId) =>
      hold(nodes.a, { request: { agentId: id, senderId: sender, params }, bounds }).then(over);
    inserted(await hold(nodes.a, { request: { agentId, senderId, params } }));
    const room = (requests: number, bytes: number) => ({ requests, bytes });
    expect(await at(agentId, { ofSenderAtAgent: room(1, 9_999) })).toBe('sender-at-agent');
    expect(await at(agentId, { ofSenderAtAgent: room(9, 1_999) })).toBe('sender-at-agent');
    expect(await at(agentId, { ofSender: room(1, 9_999) })).toBe('sender');
    expect(await at(otherAgent, { ofSender: room(1, 9_999) })).toBe('sender');
    expect(await at(otherAgent, { ofSender: room(9, 1_999) })).toBe('sender');
    expect(await at(agentId, { ofAgent: room(1, 9_999) }, newId())).toBe('agent');
    expect(await at(agentId, { ofAgent: room(9, 1_999) }, newId())).toBe('agent');
    expect(await at(otherAgent, { hasRoomInAll: false }, newId())).toBe('all');
    expect(await at(agentId, { hasRoomInAll: false, ofSender: room(1, 9_999) })).toBe('sender');
    const before = await nodes.b.approvals.heldTotal(1_000);
    expect(await at(otherAgent, { ofSender: room(2, 2_000) })).toBe('inserted');
    expect(await nodes.b.approvals.heldTotal(1_000)).toEqual({
      requests: before.requests + 1,
      bytes: before.bytes + params.bytes,
    });
    expect(await nodes.b.approvals.heldTotal(1)).toMatchObject({ requests: 1 });
  });

  it('says when there is a place again, where it knows', async () => {
    const agentId = await anAgentOf(nodes.a);
    const senderId = newId();
    const again = (createdAt: Date, bounds: Partial<HoldBounds>) =>
      hold(nodes.a, { request: { agentId, senderId, createdAt }, bounds });
    inserted(await hold(nodes.a, { request: { agentId, senderId }, approval: { expiresAt: later(50_000) } }));
    const one = { requests: 1, bytes: 1_000_000 };
    expect(await again(later(1), { ofSenderAtAgent: one })).toEqual({ over: 'sender-at-agent', freeAt: later(50_000) });
    expect(await again(later(1), { ofSenderAtAgentInAnHour: 1 })).toEqual({ over: 'hour', freeAt: later(3_600_000) });
    expect(await again(later(1), { ofAgent: one })).toEqual({ over: 'agent', freeAt: null });
    inserted(await again(later(3_600_000), { ofSenderAtAgentInAnHour: 1 }));
  });

  it('asks nobody about what was denied a while ago, and asks again after it', async () => {
    const agentId = await anAgentOf(nodes.a);
    const senderId = newId();
    const contentDigest = Buffer.alloc(32, 1);
    const ask = (createdAt: Date, who: string, content = contentDigest) =>
      hold(nodes.a, { request: { agentId, senderId: who, createdAt }, approval: { contentDigest: content } });
    const { approval } = inserted(await ask(NOW, senderId));
    await deny(approval.id, later(1_000));
    expect(await ask(later(3_600_999), senderId)).toEqual({ deniedBefore: true });
    inserted(await ask(later(3_600_999), newId()));
    inserted(await ask(later(3_600_999), senderId, Buffer.alloc(32, 2)));
    inserted(await ask(later(3_601_000), senderId));
  });

  it('answers the first request under the same idempotency key, even where there is no place', async () => {
    const agentId = await anAgentOf(nodes.a);
    const request = { agentId, senderId: newId(), idempotencyKey: 'one', contentDigest: Buffer.alloc(32, 3) };
    const bounds = { ofSenderAtAgent: { requests: 1, bytes: 1_000_000 } };
    const all = await Promise.all(times(6, (index) => hold(index % 2 === 0 ? nodes.a : nodes.b, { request, bounds })));
    const [first] = all.filter((each) => 'inserted' in each).map(inserted);
    expect(all.filter((each) => 'existing' in each && each.existing.request.id === first?.inserted.id)).toHaveLength(5);
    const dayLater = later(86_400_001);
    inserted(await hold(nodes.a, { request: { ...request, createdAt: dayLater } }));
  });

  it('holds nothing for an agent that is gone', async () => {
    expect(await hold(nodes.a, { request: { agentId: newId() } })).toEqual({ agentIsGone: true });
  });

  it('ends with its request, whatever ends that', async () => {
    const agentId = await anAgentOf(nodes.a);
    const { inserted: request, approval } = inserted(await hold(nodes.a, { request: { agentId } }));
    const cancelled = { code: 'cancelled', message: 'Never mind.' };
    await nodes.b.requests.cancel(request.senderId, request.id, cancelled, later(5));
    const found = await nodes.a.approvals.byId(approval.id);
    expect(found?.approval).toMatchObject({ status: 'CANCELLED', resolvedAt: later(5), revision: 2 });
    expect(found?.request).toMatchObject({ status: 'CANCELLED', isHeld: true });
  });
});

describe('what is told of it', () => {
  const rowsOf = (approvalId: string) =>
    query(
      'select kind, event, endpoint_id, approver_id, due_at from outbox where approval_id = $1 order by kind desc, due_at',
      [approvalId],
    );
  const anEndpoint = async (agentId: string, events: readonly string[], disabledAt: Date | null = null) => {
    const id = newId();
    await query(
      `insert into webhook_endpoints (id, agent_id, name, url, secret, events, includes_params, disabled_at, created_at)
       values ($1, $2, $3, 'https://hooks.example', 'secret', $4, false, $5, $6)`,
      [id, agentId, `hook ${id}`, events, disabledAt, NOW],
    );
    return id;
  };
  const anApprover = async (
    agentId: string,
    changes: { email?: string | null; actions?: string[]; removed?: Date } = {},
  ) => {
    const id = newId();
    const { email = 'someone@mail.example', actions = null, removed = null } = changes;
    await query(
      `insert into approvers (id, display_name, email, agent_ids, actions, created_at, removed_at)
       values ($1, 'Somebody', $2, array[$3::uuid], $4, $5, $6)`,
      [id, email, agentId, actions, NOW, removed],
    );
    return id;
  };

  it('is to the endpoints of its agent, at once and before it is over, and to those who decide about its action', async () => {
    const agentId = await anAgentOf(nodes.a);
    const all = await anEndpoint(agentId, ['approval.requested', 'approval.reminder', 'approval.resolved']);
    const once = await anEndpoint(agentId, ['approval.requested']);
    await anEndpoint(agentId, ['approval.requested'], NOW);
    await anEndpoint(await anAgentOf(nodes.a), ['approval.requested']);
    const approver = await anApprover(agentId, { actions: ['calendar.schedule', 'calendar.cancel'] });
    await anApprover(agentId, { actions: ['calendar.cancel'] });
    await anApprover(agentId, { email: null });
    await anApprover(agentId, { removed: NOW });
    const expiresAt = later(1_000_000);
    const { approval } = inserted(
      await hold(nodes.a, { request: { agentId, action: 'calendar.schedule', expiresAt }, approval: { expiresAt } }),
    );
    const webhook = (event: string, endpoint_id: string, due_at: Date) => ({
      kind: 'webhook',
      event: `approval.${event}`,
      endpoint_id,
      approver_id: null,
      due_at,
    });
    const email = (event: string, due_at: Date) => ({
      kind: 'email',
      event: `approval.${event}`,
      endpoint_id: null,
      approver_id: approver,
      due_at,
    });
    const told = await rowsOf(approval.id);
    expect(told).toHaveLength(7);
    expect(told).toEqual(
      expect.arrayContaining([
        webhook('requested', all, NOW),
        webhook('requested', once, NOW),
        webhook('reminder', all, later(500_000)),
        webhook('reminder', all, later(900_000)),
        email('requested', later(30_000)),
        email('reminder', later(500_000)),
        email('reminder', later(900_000)),
      ]),
    );
  });

  it('is by e-mail to those alone whom the settings name', async () => {
    const agentId = await anAgentOf(nodes.a);
    const [named] = [await anApprover(agentId), await anApprover(agentId)];
    await nodes.a.approvalSettings.set(newId(), agentId, { ...SETTINGS, notify: [named] }, NOW);
    const { approval } = inserted(await hold(nodes.a, { request: { agentId } }));
    const told = await rowsOf(approval.id);
    expect(new Set(told.map(({ approver_id }) => approver_id))).toEqual(new Set([named]));
  });
});

describe('list', () => {
  it('is of some agents, some actions and some states, newest first', async () => {
    const [agentId, other] = [await anAgentOf(nodes.a), await anAgentOf(nodes.a)];
    const ask = async (id: string, action: string) =>
      inserted(await hold(nodes.a, { request: { agentId: id, action } })).approval;
    const [pay, cancel, elsewhere] = [await ask(agentId, 'pay'), await ask(agentId, 'cancel'), await ask(other, 'pay')];
    await deny(cancel.id, later(1));
    const list = async (agentIds: string[], actions: string[] | null, statuses: ('PENDING' | 'DENIED')[] | null) => {
      const page = await nodes.b.approvals.list({ agentIds, actions, statuses }, { limit: 10 });
      return { ids: page.rows.map(({ id }) => id), total: await page.totalCount() };
    };
    expect(await list([agentId], null, null)).toEqual({ ids: [cancel.id, pay.id], total: 2 });
    expect(await list([agentId, other], ['pay'], null)).toEqual({ ids: [elsewhere.id, pay.id], total: 2 });
    expect(await list([agentId, other], null, ['PENDING'])).toEqual({ ids: [elsewhere.id, pay.id], total: 2 });
    expect(await list([agentId], null, ['DENIED'])).toEqual({ ids: [cancel.id], total: 1 });
    expect(await list([], null, null)).toEqual({ ids: [], total: 0 });
    expect(await list(['no id'], null, null)).toEqual({ ids: [], total: 0 });
    const beyond = await nodes.b.approvals.list(
      { agentIds: [agentId], actions: null, statuses: null },
      { limit: 1, after: cancel.id },
    );
    expect(beyond.rows.map(({ id }) => id)).toEqual([pay.id]);
  });
});
