import type { JsonText } from '../../domain/json/json-text.ts';
import type { QuarantinedDocument } from '../../domain/quarantine.ts';
import type { CallableWebhook } from './webhook-store.ts';

/** What an approval is at the moment in which it is told of. */
export type ToldApproval = {
  readonly id: string;
  readonly requestId: string;
  readonly agentId: string;
  readonly senderId: string;
  readonly status: string;
  readonly holdReasons: readonly { readonly reason: string }[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly resolvedAt: Date | null;
  readonly handle: string;
  readonly action: string;
  /** What would be done; null where nobody is to be told it. */
  readonly params: JsonText | null;
};

/** That a document of an agent is in quarantine, as it was when that began. */
export type ToldNotice = {
  readonly agentId: string;
  readonly handle: string;
  readonly document: QuarantinedDocument;
  readonly version: number;
  readonly at: string;
  readonly until: string;
};

/** Something that is to be told, and that was taken to tell it. */
export type OutboxMessage = {
  /** Stays the same, however often it is told. */
  readonly id: string;
  /** Such as `approval.requested`. */
  readonly event: string;
  /** How often it was taken, this time included. */
  readonly attempts: number;
  /** What it is about: an approval, or null and then a notice. */
  readonly approval: ToldApproval | null;
  readonly notice: ToldNotice | null;
  /** Null for an e-mail. */
  readonly webhook: (CallableWebhook & { readonly isOff: boolean; readonly events: readonly string[] }) | null;
  /** Whom an e-mail is for; null for a webhook, and where nobody has the address any more. */
  readonly approver: { readonly id: string; readonly email: string } | null;
  /** Whom it is for, whoever that is. */
  readonly receiverId: string;
};

/** What a node has taken and not ended with. */
export type UnderWay = Pick<OutboxMessage, 'id' | 'attempts' | 'receiverId'>;

/** What of a kind may be taken now. */
export type OutboxRoom = {
  /** Messages in all. */
  readonly messages: number;
  /** Of those at most so many for receivers whose last call failed, so that what they leave is others'. */
  readonly forFailing: number;
  /** Of those at most so many e-mails: one server takes all of them, and it may be slow. */
  readonly forMail: number;
  /** Messages for one receiver, those that are under way already included. */
  readonly perReceiver: number;
  /** What is under way on this node: not taken again, and counted among what its receivers have. */
  readonly underWay: readonly UnderWay[];
};

/**
 * What is to be told, written in the statement of what it tells of, and taken by any node. At least once: whoever takes a
 * message and dies leaves it to the next one. What a method answers is committed.
 */
export interface Outbox {
  /**
   * Takes messages that are due at `at`, in turns of their receivers: no other node gets them before `until`. Those of an
   * approval that is over are not there any more, but for what tells of its end.
   */
  take(at: Date, until: Date, room: OutboxRoom): Promise<readonly OutboxMessage[]>;
  /** No other node gets them before `until`, but for those that one has taken by now. */
  keep(underWay: readonly UnderWay[], until: Date): Promise<void>;
  /** Nothing more is to be told. */
  done(ids: readonly string[]): Promise<void>;
  /** Not before that, unless another node has taken it by now. */
  retry(message: Pick<UnderWay, 'id' | 'attempts'>, dueAt: Date): Promise<void>;
  /** What was to be told to that webhook is not. */
  dropOfWebhook(webhookId: string): Promise<void>;
}
