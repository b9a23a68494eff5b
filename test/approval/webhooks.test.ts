import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import type { OwnedAgent } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { heldOfAnother, holdingAgent } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { type ReceivedCall, webhookReceiver } from '../testkit/webhook-receiver.ts';

const ALL = ['APPROVAL_REQUESTED', 'APPROVAL_REMINDER', 'APPROVAL_RESOLVED'];
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

type World = { readonly agent: OwnedAgent };

const clock = createManualClock();
const platform = platformForFile({
  clock,
  env: { WEBHOOKS_ALLOW_PRIVATE: 'true', PUBLIC_URL: 'https://claw.example' },
});

const world = (): Promise<World> => holdingAgent(platform);

const setWebhook = async ({ agent }: World, url: string, changes: object = {}): Promise<string> => {
  const admin = await logIn(platform);
  const input = { agentId: agent.id, name: 'pager', url, events: ALL, ...changes };
  return (await mutateSuccessfully(platform, 'setWebhook', input, 'secret', admin)).secret;
};

const webhooksOf = async ({ agent }: World) => {
  const admin = await logIn(platform);
  const document = 'query ($id: ID!) { agent(id: $id) { webhooks { name lastStatus lastError disabledAt } } }';
  return (await ask(platform, document, { id: agent.id }, admin)).agent.webhooks;
};

/** What the call says, where the secret has signed it. */
function messageOf({ body, headers }: ReceivedCall, secret: string) {
  // The package has no other clock.
  const now = vi.spyOn(Date, 'now').mockReturnValue(Number(headers['webhook-timestamp']) * 1_000);
  try {
    return new Webhook(secret).verify(body, headers as Record<string, string>) as {
      readonly type: string;
      readonly timestamp: string;
      readonly data: Readonly<Record<string, unknown>>;
    };
  } finally {
    now.mockRestore();
  }
}

const typesOf = (calls: readonly ReceivedCall[]) => calls.map(({ body }) => JSON.parse(body).type);

const query = databaseClient(() => platform.databaseUrl);

const hold = ({ agent }: World) => heldOfAnother(platform, agent);

/** What is to be told of the agent's approvals. */
const outboxOf = async ({ agent }: World) =>
  (await query(
    `select o.id, o.event, o.due_at as "dueAt" from outbox o join approvals a on a.id = o.approval_id
     where a.agent_id = $1 order by o.event, o.due_at`,
    [agent.id],
  )) as { id: string; event: string; dueAt: Date }[];

/** Nothing more is to be told of them. */
const untilAllIsTold = (of: World) => eventually(async () => expect(await outboxOf(of)).toEqual([]));

describe('a webhook', () => {
  it('is told at once that somebody has to decide, in words that it can verify', async () => {
    const here = await world();
    const receiver = await webhookReceiver();
    const secret = await setWebhook(here, receiver.url, { events: ['APPROVAL_REQUESTED'] });
    const { id, sender, request } = await hold(here);
    const { type, timestamp, data } = messageOf(await receiver.calls.take(), secret);
    expect(type).toBe('approval.requested');
    expect(Date.parse(timestamp)).toBeGreaterThan(0);
    expect(data).toEqual({
      approval_id: id,
      request_id: request.id,
      agent_id: here.agent.id,
      sender_id: sender.id,
      handle: here.agent.handle,
      action: 'calendar.schedule',
      reason: expect.stringMatching(/./),
      expires_at: expect.stringMatching(/Z$/),
      url: `https://claw.example/admin/approvals/${id}`,
    });
    await untilAllIsTold(here);
    expect((await webhooksOf(here))[0]).toMatchObject({ lastStatus: 204, lastError: null });
  });

  it('is told what was asked only where its owner wants it to be', async () => {
    const here = await world();
    const receiver = await webhookReceiver();
    const secret = await setWebhook(here, receiver.url, { includesParams: true });
    await hold(here);
    expect(messageOf(await receiver.calls.take(), secret).data.params).toEqual({
      title: 'Standup',
      duration_minutes: 30,
    });
  });

  it('is told again what it did not take, later and later, under the same id, until the approval is over', async () => {
    const here = await world();
    const receiver = await webhookReceiver({ answer: 500 });
    const secret = await setWebhook(here, receiver.url, { events: ['APPROVAL_REQUESTED', 'APPROVAL_RESOLVED'] });
    const held = await hold(here);
    const first = await receiver.calls.take();
    for (const wait of [5.6 * SECOND, 331 * SECOND, 1_981 * SECOND, 2.21 * HOUR, 5.51 * HOUR, 5.51 * HOUR]) {
      // However long the machine takes to see it.
      await clock.standStill(() =>
        eventually(async () => {
          const [left] = await outboxOf(here);
          const inMs = (left?.dueAt.getTime() ?? 0) - clock.now().getTime();
          // Not while it is under way, when it is held for half a minute.
          expect(Math.abs(inMs - 30 * SECOND)).toBeGreaterThan(SECOND);
          expect(inMs).toBeGreaterThan(wait * 0.5);
          expect(inMs).toBeLessThanOrEqual(wait);
        }),
      );
      clock.advance(wait);
      expect((await receiver.calls.take()).headers['webhook-id']).toBe(first.headers['webhook-id']);
    }
    expect((await webhooksOf(here))[0]).toMatchObject({ lastStatus: 500, lastError: 'The receiver answered 500.' });

    receiver.answerWith(200);
    await held.cancel();
    const last = messageOf(await receiver.calls.take(), secret);
    expect(last).toMatchObject({
      type: 'approval.resolved',
      data: { status: 'cancelled', request_id: held.request.id },
    });
    await untilAllIsTold(here);
    expect(receiver.calls.pending()).toEqual([]);
  });

  it('is told of the end six times at most', async () => {
    const here = await world();
    const receiver = await webhookReceiver({ answer: 503 });
    await setWebhook(here, receiver.url, { events: ['APPROVAL_RESOLVED'] });
    await (await hold(here)).cancel();
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      expect(typesOf([await receiver.calls.take()])).toEqual(['approval.resolved']);
      await clock.standStill(() =>
        eventually(async () => {
          const left = await outboxOf(here);
          const inMs = (left[0]?.dueAt.getTime() ?? 0) - clock.now().getTime();
          // Sooner, and then later than the half minute for which it is held while it is under way.
          const isLater = attempt === 1 ? inMs < 10 * SECOND : inMs > 60 * SECOND;
          expect({ left: left.length, isLater }).toEqual(
            attempt < 6 ? { left: 1, isLater: true } : { left: 0, isLater: false },
          );
        }),
      );
      clock.advance(6 * HOUR);
    }
    expect(receiver.calls.pending()).toEqual([]);
  });

  it('is reminded at half of the time and at nine tenths, unless it is over', async () => {
    const here = await world();
    const receiver = await webhookReceiver();
    await setWebhook(here, receiver.url, { events: ['APPROVAL_REMINDER'] });
    await hold(here);
    await (await hold(here)).cancel();
    clock.advance(11.9 * HOUR);
    expect(await outboxOf(here)).toMatchObject([{ event: 'approval.reminder' }, { event: 'approval.reminder' }]);
    clock.advance(0.2 * HOUR);
    const { data, timestamp } = JSON.parse((await receiver.calls.take()).body);
    expect(Date.parse(timestamp)).toBeGreaterThan(Date.parse(data.expires_at) - 12 * HOUR);
    await eventually(async () => expect(await outboxOf(here)).toHaveLength(1));
    clock.advance(9.6 * HOUR);
    expect(JSON.parse((await receiver.calls.take()).body).data.approval_id).toBe(data.approval_id);
    await untilAllIsTold(here);
  });

  it('that answers 410 is switched off until it is set again', async () => {
    const here = await world();
    const receiver = await webhookReceiver({ answer: 410 });
    await setWebhook(here, receiver.url);
    await hold(here);
    await receiver.calls.take();
    await eventually(async () => {
      expect((await webhooksOf(here))[0]).toMatchObject({ lastStatus: 410, disabledAt: expect.any(String) });
      expect(await outboxOf(here)).toEqual([]);
    });
    await hold(here);
    expect(await outboxOf(here)).toEqual([]);
    receiver.answerWith(200);
    await setWebhook(here, receiver.url);
    await hold(here);
    expect(typesOf([await receiver.calls.take()])).toEqual(['approval.requested']);
  });

  it('is not switched off by the receiver that it had before, and is told what that one did not take', async () => {
    const here = await world();
    const calls: ServerResponse[] = [];
    const former = await webhookReceiver({ answer: (response) => void calls.push(response) });
    const receiver = await webhookReceiver();
    await setWebhook(here, former.url, { events: ['APPROVAL_REQUESTED'] });
    await hold(here);
    await former.calls.take();
    const secret = await setWebhook(here, receiver.url, { events: ['APPROVAL_REQUESTED'] });
    for (const response of calls) response.writeHead(410).end();
    expect(messageOf(await receiver.calls.take(), secret).type).toBe('approval.requested');
    await untilAllIsTold(here);
    expect((await webhooksOf(here))[0]).toMatchObject({ disabledAt: null, lastStatus: 204, lastError: null });
  });

  it('gets four messages at once and no more, while others get theirs', async () => {
    const here = await world();
    const waiting: (() => void)[] = [];
    const slow = await webhookReceiver({
      answer: (response) => void waiting.push(() => response.writeHead(200).end()),
    });
    const quick = await webhookReceiver();
    await setWebhook(here, slow.url, { name: 'slow', events: ['APPROVAL_REQUESTED'] });
    await setWebhook(here, quick.url, { name: 'quick', events: ['APPROVAL_REQUESTED'] });
    for (let held = 0; held < 6; held += 1) await hold(here);
    for (let call = 0; call < 6; call += 1) await quick.calls.take();
    await eventually(() => expect(waiting).toHaveLength(4));
    waiting.shift()?.();
    await eventually(() => expect(waiting).toHaveLength(4));
    for (const answer of waiting.splice(0)) answer();
    await eventually(() => expect(slow.received).toHaveLength(6));
    for (const answer of waiting.splice(0)) answer();
    await untilAllIsTold(here);
  });

  it('is told once while it has not answered yet, also when others could have taken it over by then', async () => {
    const here = await world();
    const waiting: ServerResponse[] = [];
    const receiver = await webhookReceiver({ answer: (response) => void waiting.push(response) });
    await setWebhook(here, receiver.url, { events: ['APPROVAL_REQUESTED'] });
    const idOf = (call: ReceivedCall) => call.headers['webhook-id'];
    const ids = new Set<unknown>();
    for (let held = 0; held < 3; held += 1) {
      clock.advance(31 * SECOND);
      await hold(here);
      ids.add(idOf(await receiver.calls.take()));
    }
    expect(ids.size).toBe(3);
    for (const response of waiting) response.writeHead(200).end();
    await untilAllIsTold(here);
    expect(receiver.received).toHaveLength(3);
  });
});
