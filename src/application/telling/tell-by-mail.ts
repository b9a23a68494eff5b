import { LRUCache } from 'lru-cache';
import type { LinkFor } from '../approvals/approval-links.ts';
import type { ApprovalStore } from '../ports/approval-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { OutboxMessage, ToldApproval } from '../ports/outbox.ts';
import { approvalMail, summaryMail } from './approval-mail.ts';
import { REMINDER } from './approval-message.ts';
import { approvalsUrl, approvalUrl } from './console-urls.ts';
import { noticeMail } from './notice.ts';

/** One approver is written so many mails one by one within the time; then one that says that there are more, and then none. */
const MAILS_MAX = 5;
const WITHIN_MS = 10 * 60_000;
/**
 * One address gets no more within the time, whoever's approvers have it: nobody has asked whether it is theirs, and approvers are
 * free to make.
 */
const MAILS_PER_ADDRESS_MAX = 20;
/** Approvers, and addresses, that are kept in mind. */
const COUNTED_MAX = 10_000;

/** How many mails have gone to whom. */
type Counted = { readonly since: number; count: number };

type Dependencies = {
  /** Null where no mail server is set. */
  readonly mailer: Mailer | null;
  readonly approvals: Pick<ApprovalStore, 'sendersOf'>;
  readonly linkFor: LinkFor;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly publicUrl: string;
};

export type TellByMail = ReturnType<typeof createTellByMail>;

/** Writes to approvers. Each node counts for itself how many mails that are. */
export function createTellByMail({ mailer, approvals, linkFor, clock, log, metrics, publicUrl }: Dependencies) {
  const ofApprovers = new LRUCache<string, Counted>({ max: COUNTED_MAX });
  const ofAddresses = new LRUCache<string, Counted>({ max: COUNTED_MAX });

  function countOf(written: LRUCache<string, Counted>, whom: string): Counted {
    const known = written.get(whom);
    if (known && clock.monotonic() - known.since < WITHIN_MS) return known;
    const begun = { since: clock.monotonic(), count: 0 };
    written.set(whom, begun);
    return begun;
  }

  /** Null where it is over by now, or the approver is none any more. */
  async function mailFor(
    event: string,
    approval: ToldApproval,
    approverId: string,
  ): Promise<ReturnType<typeof summaryMail> | null> {
    const link = await linkFor(approval.id, approverId);
    if (link === null) return null;
    const [sender = null] = await approvals.sendersOf([approval.id]);
    return approvalMail(approval, {
      isReminder: event === REMINDER,
      senderName: sender?.displayName ?? null,
      link,
      url: approvalUrl(publicUrl, approval.id) ?? '',
    });
  }

  /** Answers whether it is told, or need not be; not so where the mail server did not take it, or it was cut short. */
  return async ({ id, event, approval, notice, approver }: OutboxMessage, signal: AbortSignal): Promise<boolean> => {
    if (mailer === null || approver === null || approval?.resolvedAt != null) return true;
    const ofApprover = countOf(ofApprovers, approver.id);
    if (ofApprover.count > MAILS_MAX) return true;
    const ofAddress = countOf(ofAddresses, approver.email.toLowerCase());
    if (ofAddress.count >= MAILS_PER_ADDRESS_MAX) {
      log.info({ messageId: id, approverId: approver.id }, 'an address gets no more e-mails for now');
      return true;
    }
    const isSummary = approval !== null && ofApprover.count === MAILS_MAX;
    const count = (mails: 1 | -1) => {
      ofApprover.count += mails;
      ofAddress.count += mails;
    };
    // Before anything is waited for, since several are under way at once.
    count(1);
    const about = async () => {
      if (approval !== null) return mailFor(event, approval, approver.id);
      return notice && noticeMail(notice, publicUrl);
    };
    const mail = isSummary ? summaryMail(approvalsUrl(publicUrl)) : await about();
    if (mail === null) {
      count(-1);
      return true;
    }
    try {
      await mailer.send({ to: approver.email, ...mail, id }, signal);
    } catch (error) {
      count(-1);
      metrics.mails.of('failed').add();
      log.warn({ err: error, messageId: id, approverId: approver.id }, 'an e-mail was not taken');
      return false;
    }
    metrics.mails.of('taken').add();
    return true;
  };
}
