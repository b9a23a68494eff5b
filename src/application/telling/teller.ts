import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbox, OutboxMessage } from '../ports/outbox.ts';
import type { WebhookStore } from '../ports/webhook-store.ts';
import type { CallWebhook } from '../webhooks/call-webhook.ts';
import { RESOLVED } from './approval-message.ts';
import { ATTEMPTS_OF_AN_END, retryAt } from './retry-times.ts';
import type { TellByMail } from './tell-by-mail.ts';
import { webhookMessage } from './webhook-message.ts';

/** Messages under way on this node. Half of the places are for receivers whose last call did not fail. */
const UNDER_WAY_MAX = 32;
const FOR_FAILING_MAX = UNDER_WAY_MAX / 2;
/** Of those for one receiver. */
const PER_RECEIVER_MAX = 4;
/** E-mails of those: as many as are handed over at once, since one that waits for that has a place for nothing. */
const MAILS_MAX = 4;
/** Nobody else tells what this node has taken for so long; it says again, in time, what it is still at. */
const LEASE_MS = 30_000;
const KEEP_EVERY_MS = LEASE_MS / 3;

type Dependencies = {
  readonly outbox: Outbox;
  readonly webhooks: Pick<WebhookStore, 'recordCall'>;
  readonly callWebhook: CallWebhook;
  readonly tellByMail: TellByMail;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string;
};

/** Tells what is in the outbox, each message by itself, as many at once as there are places. */
export class Teller {
  readonly #deps: Dependencies;
  readonly #underWay = new Map<OutboxMessage, Promise<void>>();
  readonly #cutShort = new AbortController();
  #isStopping = false;
  #taking: Promise<void> | null = null;
  /** Ends the keeping of what is under way; null while nothing is. */
  #stopKeeping: (() => void) | null = null;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Whether there is a place for one more. */
  get hasRoom(): boolean {
    return this.#underWay.size < UNDER_WAY_MAX && !this.#isStopping;
  }

  /** Takes what is due and begins to tell it. Throws where the database does not answer. */
  async take(): Promise<void> {
    // Two at once would take too much.
    this.#taking ??= this.#takeAll().finally(() => {
      this.#taking = null;
    });
    await this.#taking;
  }

  /** There is something to tell, as this node knows: not at the next sweep. */
  wake(): void {
    // The sweep makes up for it.
    this.take().catch(() => {});
  }

  /** Takes nothing any more, and answers when what is under way has ended; after so many milliseconds that is cut short. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#deps;
    const { promise: isLate, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(graceMs, resolve);
    const ended = this.#ended();
    await Promise.race([ended, isLate]);
    cancel();
    this.#cutShort.abort();
    await ended;
  }

  async #ended(): Promise<void> {
    await this.#taking?.catch(() => {});
    await Promise.all(this.#underWay.values());
  }

  async #takeAll(): Promise<void> {
    const { outbox, clock } = this.#deps;
    while (this.hasRoom) {
      const at = clock.now();
      const taken = await outbox.take(at, new Date(at.getTime() + LEASE_MS), this.#room());
      if (taken.length === 0) return;
      for (const message of taken) this.#begin(message);
    }
  }

  #room() {
    const underWay = [...this.#underWay.keys()];
    const messages = UNDER_WAY_MAX - underWay.length;
    const mails = underWay.filter(({ webhook }) => webhook === null).length;
    return {
      messages,
      forFailing: Math.max(0, messages - (UNDER_WAY_MAX - FOR_FAILING_MAX)),
      forMail: Math.max(0, Math.min(messages, MAILS_MAX - mails)),
      perReceiver: PER_RECEIVER_MAX,
      underWay,
    };
  }

  /** However long a receiver takes, what is under way stays this node's. */
  #keep(): void {
    const { outbox, clock, log } = this.#deps;
    const until = new Date(clock.now().getTime() + LEASE_MS);
    outbox
      .keep([...this.#underWay.keys()], until)
      .catch((error: unknown) => log.warn({ err: error }, 'what is under way may be told twice'));
  }

  #begin(message: OutboxMessage): void {
    const told = this.#tell(message)
      // It is told again when nobody holds it any more.
      .catch((error: unknown) => this.#deps.log.warn({ err: error, messageId: message.id }, 'a message is told later'))
      .finally(() => {
        this.#underWay.delete(message);
        if (this.#underWay.size === 0) {
          this.#stopKeeping?.();
          this.#stopKeeping = null;
        }
        this.wake();
      });
    this.#underWay.set(message, told);
    this.#stopKeeping ??= this.#deps.clock.every(KEEP_EVERY_MS, () => this.#keep());
  }

  async #tell(message: OutboxMessage): Promise<void> {
    const { webhook } = message;
    return webhook === null ? this.#write(message) : this.#call(message, webhook);
  }

  async #write(message: OutboxMessage): Promise<void> {
    const { outbox, tellByMail, clock } = this.#deps;
    const { signal } = this.#cutShort;
    if (await tellByMail(message, signal)) await outbox.done([message.id]);
    // It was cut short, and may have been taken: it is written again when nobody holds it any more.
    else if (!signal.aborted) await outbox.retry(message, retryAt(message.attempts, clock.now()));
  }

  async #call(message: OutboxMessage, webhook: NonNullable<OutboxMessage['webhook']>): Promise<void> {
    const { outbox, webhooks, callWebhook, clock, publicUrl } = this.#deps;
    const { id, event, attempts, approval } = message;
    // A notice is told as an end is: it waits for nothing.
    const isOver = approval === null || approval.resolvedAt !== null;
    const isTooLate = approval !== null && isOver && event !== RESOLVED;
    if (webhook.isOff || !webhook.events.includes(event) || isTooLate) {
      return outbox.done([id]);
    }
    const { signal } = this.#cutShort;
    const call = await callWebhook(webhook, webhookMessage(message, { publicUrl, now: clock.now() }), signal);
    // It was cut short, and says nothing of the receiver.
    if (signal.aborted && call.status === null) return;
    const isRecorded = (await webhooks.recordCall(webhook, call)) !== null;
    if (call.error !== null && !isRecorded) {
      // The one that failed is not the webhook any more. The one that was set meanwhile is told now.
      await outbox.retry(message, clock.now());
    } else if (call.isOver) await outbox.dropOfWebhook(webhook.id);
    else if (call.error === null || (isOver && attempts >= ATTEMPTS_OF_AN_END)) await outbox.done([id]);
    else await outbox.retry(message, retryAt(attempts, clock.now()));
  }
}
