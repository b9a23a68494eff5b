import { defineEntity, p } from '@mikro-orm/core';
import type { ToldNotice } from '../../application/ports/outbox.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import { ApprovalEntity } from '../approvals/approval-entity.ts';
import { ApproverEntity } from '../owners/approver-entity.ts';
import { WebhookEndpointEntity } from './webhook-endpoint-entity.ts';

/** What is to be told, written with what it tells of. Its id tells the receiver what comes twice. */
export const OutboxEntity = defineEntity({
  name: 'Outbox',
  tableName: 'outbox',
  properties: {
    id: p.uuid().primary(),
    kind: p.enum(['webhook', 'email'] as const),
    event: p.text(),
    /** Null where it is a notice. */
    approvalId: () =>
      p.manyToOne(ApprovalEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('approval_id'),
    /** What there is to tell that is no approval; null for those. */
    notice: p.json<JsonText<ToldNotice>>().columnType('json').strictNullable(),
    /** Of a webhook. */
    endpointId: () =>
      p.manyToOne(WebhookEndpointEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('endpoint_id'),
    /** Of an e-mail. */
    approverId: () =>
      p.manyToOne(ApproverEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('approver_id'),
    attempts: p.integer(),
    dueAt: p.datetime(3),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'outbox_due_at_index', properties: 'dueAt' },
    // However many e-mails wait for a slow server, no webhook is looked for among them.
    { name: 'outbox_kind_due_at_index', properties: ['kind', 'dueAt'] },
    { name: 'outbox_approval_id_index', properties: 'approvalId' },
    { name: 'outbox_endpoint_id_index', properties: 'endpointId' },
    { name: 'outbox_approver_id_index', properties: 'approverId' },
  ],
});
