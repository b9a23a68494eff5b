import type { OutboxMessage } from '../ports/outbox.ts';
import type { WebhookMessage } from '../webhooks/call-webhook.ts';
import { approvalMessage } from './approval-message.ts';
import { noticeMessage } from './notice.ts';

/** What a webhook is told. */
export function webhookMessage(
  { id, event, approval, notice }: Pick<OutboxMessage, 'id' | 'event' | 'approval' | 'notice'>,
  told: { readonly publicUrl: string; readonly now: Date },
): WebhookMessage {
  if (approval !== null) return approvalMessage({ id, event, approval }, told);
  if (notice === null) throw new Error('A message is about an approval, or a notice');
  return noticeMessage(id, event, notice, told.publicUrl);
}
