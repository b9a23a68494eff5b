import { Type } from 'typebox';
import { AgentNotFoundError, InvalidInputError, RateLimitedError, WebhookNotFoundError } from '../../domain/errors.ts';
import { complete, type InputValueOf, id, withDefault } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import { FORMER_SECRET_MS, WEBHOOK_ENDPOINT, WEBHOOKS_MAX, type WebhookEndpoint } from '../../domain/webhook.ts';
import { requireOwnerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import { CountedKeys } from '../counted-keys.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbound } from '../ports/outbound.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { WebhookStore } from '../ports/webhook-store.ts';
import type { CallWebhook } from './call-webhook.ts';
import { newWebhookSecret } from './sign-webhook.ts';

const { name, url, events, includesParams } = WEBHOOK_ENDPOINT.properties;

export const SET_WEBHOOK = Type.Object({
  agentId: id("The agent's id or handle."),
  name,
  url,
  events,
  includesParams: withDefault(false, includesParams),
});
export type SetWebhookInput = InputValueOf<typeof SET_WEBHOOK>;

/** Which webhook is meant. */
export const WEBHOOK = Type.Pick(SET_WEBHOOK, ['agentId', 'name']);
export type WebhookInput = InputValueOf<typeof WEBHOOK>;

/** What setting a webhook throws. AgentNotFoundError to admins only. */
export const SET_WEBHOOK_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/** What removing one throws. */
export const REMOVE_WEBHOOK_ERRORS = [WebhookNotFoundError] as const;

/** What trying one throws. */
export const TEST_WEBHOOK_ERRORS = [WebhookNotFoundError, RateLimitedError] as const;

type Dependencies = {
  readonly webhooks: WebhookStore;
  readonly directory: Pick<Directory, 'ownerOf'>;
  readonly outbound: Outbound;
  readonly callWebhook: CallWebhook;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
};

/** Webhooks that are tried at once on a node: what tells of approvals finds connections free beside them. */
const TESTS_MAX = 16;
/** As long as one takes at most, in seconds. */
const TESTED_SECONDS = 10;

/** It is part of a REST path. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Where the owner of an agent is told of its approvals. By the owner and administrators, never by the agent's own key. */
export function createManageWebhooks(deps: Dependencies) {
  const { webhooks, directory, outbound, callWebhook, rateLimiter, clock, log } = deps;
  const tests = new CountedKeys({ max: TESTS_MAX });

  /**
   * A new one, or the one of that name anew, with a new secret, which is shown only here: for a day messages are signed with
   * the one of before as well. Throws SET_WEBHOOK_ERRORS.
   */
  async function setWebhook(
    principal: Principal | null,
    input: SetWebhookInput,
  ): Promise<{ secret: string; endpoint: WebhookEndpoint }> {
    const { agentId, name, url, events, includesParams } = complete(SET_WEBHOOK, input);
    const known = await requireOwnerOf(principal, agentId, directory.ownerOf);
    const issues = new InputIssues();
    issues.texts(SET_WEBHOOK, input);
    if (!NAME.test(name)) issues.add('name', 'must be of a–z, 0–9 and ".", "_", "-", and begin with one of a–z, 0–9');
    const problem = outbound.problemOf(url);
    if (problem !== null) issues.add('url', problem);
    if (events.length === 0) issues.add('events', 'must name at least one event');
    issues.throwIfAny();
    await takePoint(rateLimiter, 'publications', agentId);
    const secret = newWebhookSecret();
    const webhook = { id: newId(), agentId, name, url, secret, events: [...new Set(events)], includesParams };
    const at = clock.now();
    const terms = { max: WEBHOOKS_MAX, at, formerMs: FORMER_SECRET_MS, act: actOf(known, at) };
    const set = await webhooks.set(webhook, terms);
    if (set === null) throw new AgentNotFoundError(agentId);
    if (set === 'full') {
      const message = `the agent has ${WEBHOOKS_MAX} webhooks already; remove one first`;
      throw new InvalidInputError([{ path: 'input.name', message }]);
    }
    logActOfAdmin(log, known, 'set a webhook', { agentId, webhookId: set.id });
    return { secret, endpoint: set };
  }

  /** What was to be told it is forgotten. Throws REMOVE_WEBHOOK_ERRORS. */
  async function removeWebhook(principal: Principal | null, { agentId, name }: WebhookInput): Promise<WebhookEndpoint> {
    const known = await requireOwnerOf(principal, agentId, directory.ownerOf);
    const act = actOf(known, clock.now());
    const removed = NAME.test(name) ? await webhooks.remove(agentId, name, act) : null;
    if (removed === null) throw new WebhookNotFoundError();
    logActOfAdmin(log, known, 'remove a webhook', { agentId, webhookId: removed.id });
    return removed;
  }

  /**
   * Calls it now, with a message of the type `webhook.test`, also when it is switched off, and answers it with what became of
   * that. Throws TEST_WEBHOOK_ERRORS.
   */
  async function testWebhook(principal: Principal | null, { agentId, name }: WebhookInput): Promise<WebhookEndpoint> {
    await requireOwnerOf(principal, agentId, directory.ownerOf);
    const webhook = NAME.test(name) ? await webhooks.callable(agentId, name, clock.now()) : null;
    if (webhook === null) throw new WebhookNotFoundError();
    const release = tests.acquire(webhook.id);
    if (release === null)
      throw new RateLimitedError(TESTED_SECONDS, 'As many webhooks are being tried as may be at once.');
    try {
      await takePoint(rateLimiter, 'webhook-tests', webhook.id);
      const data = { agent_id: agentId, name };
      const call = await callWebhook(webhook, { id: newId(), type: 'webhook.test', at: clock.now(), data });
      const called = await webhooks.recordCall(webhook, { ...call, isOver: false });
      if (called === null) throw new WebhookNotFoundError();
      return called;
    } finally {
      release();
    }
  }

  return { setWebhook, removeWebhook, testWebhook, ofAgents: webhooks.ofAgents };
}
