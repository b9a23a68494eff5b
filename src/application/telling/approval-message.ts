import { instantText } from '../../domain/instant-text.ts';
import type { ToldApproval } from '../ports/outbox.ts';
import type { WebhookMessage } from '../webhooks/call-webhook.ts';
import { approvalUrl } from './console-urls.ts';

/** The event that comes after an approval is over. */
export const RESOLVED = 'approval.resolved';
export const REMINDER = 'approval.reminder';

/** What a webhook is told of an approval. */
export function approvalMessage(
  { id, event, approval }: { readonly id: string; readonly event: string; readonly approval: ToldApproval },
  { publicUrl, now }: { readonly publicUrl: string; readonly now: Date },
): WebhookMessage {
  const { createdAt, resolvedAt, status, params } = approval;
  const isOver = event === RESOLVED;
  return {
    id,
    type: event,
    at: isOver ? (resolvedAt ?? now) : event === REMINDER ? now : createdAt,
    data: {
      approval_id: approval.id,
      request_id: approval.requestId,
      agent_id: approval.agentId,
      sender_id: approval.senderId,
      handle: approval.handle,
      action: approval.action,
      reason: approval.holdReasons.map(({ reason }) => reason).join('; '),
      expires_at: instantText(approval.expiresAt),
      url: approvalUrl(publicUrl, approval.id),
      ...(isOver && { status: status.toLowerCase() }),
      ...(params !== null && { params }),
    },
  };
}
