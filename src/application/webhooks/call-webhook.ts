import { instantText } from '../../domain/instant-text.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import { type Outbound, OutboundError, type OutboundProblem } from '../ports/outbound.ts';
import type { CallableWebhook, WebhookCall } from '../ports/webhook-store.ts';
import { webhookHeaders } from './sign-webhook.ts';

/** What is told. */
export type WebhookMessage = {
  /** The same each time that it is told, so that a receiver can tell repetitions. */
  readonly id: string;
  readonly type: string;
  /** When it happened. */
  readonly at: Date;
  /** JSON, in which a JsonText is written as its text. */
  readonly data: object;
};

/** Its receiver wants no more (RFC 9110, 15.5.11). */
const GONE = 410;

/** What an owner is told of a call without an answer. */
const NO_ANSWER: Readonly<Record<OutboundProblem, string>> = {
  address: 'The address is not one that may be called.',
  private: 'The name stands for an address that is not public.',
  'unknown-name': 'The name has no address.',
  tls: 'The receiver could not show that it is the host of that name (TLS).',
  timeout: 'The receiver did not answer in time.',
  unreachable: 'The receiver could not be reached.',
};

/** How a status that is no success is told. */
const refused = (status: number): string =>
  status >= 300 && status < 400
    ? `The receiver answered ${status}: redirects are not followed.`
    : `The receiver answered ${status}.`;

export type CallWebhook = ReturnType<typeof createCallWebhook>;

/** Calls a webhook once, and answers how it went. Never throws. */
export function createCallWebhook(deps: {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}) {
  const { outbound, clock, log, metrics } = deps;

  return async (
    { id: webhookId, agentId, url, secret, formerSecret }: CallableWebhook,
    { id, type, at, data }: WebhookMessage,
    signal?: AbortSignal,
  ): Promise<WebhookCall> => {
    const body = stringifyJson({ type, timestamp: instantText(at), data });
    const secrets = formerSecret === null ? [secret] : [secret, formerSecret];
    const headers = webhookHeaders(body, { id, at: clock.now(), secrets });
    const { status, problem, cause } = await outbound.post(url, headers, body, signal).then(
      (status) => ({ status, problem: null, cause: null }),
      (error: unknown) => ({
        status: null,
        problem: error instanceof OutboundError ? error.problem : ('unreachable' as const),
        cause: error,
      }),
    );
    const isTaken = status !== null && status >= 200 && status < 300;
    const outcome = isTaken ? 'taken' : status === null ? 'no_answer' : 'refused';
    metrics.webhookCalls.of(outcome).add();
    const called = { agentId, webhookId, messageId: id, type, status };
    if (isTaken) log.debug(called, 'a webhook was called');
    else log.info({ ...called, problem, ...(cause !== null && { err: cause }) }, 'a webhook was not taken');
    const error = isTaken ? null : status === null ? NO_ANSWER[problem ?? 'unreachable'] : refused(status);
    return { at: clock.now(), status, error, isOver: status === GONE };
  };
}
