import { defineEntity, p } from '@mikro-orm/core';
import { RequestEntity } from '../requests/request-entity.ts';

type HoldReason = { readonly stage: string; readonly rule: number | null; readonly reason: string };

/** Its instant is RFC 3339 text. */
type Vote = {
  readonly kind: 'APPROVER' | 'OWNER' | 'ADMIN';
  readonly id: string;
  readonly keyId: string | null;
  readonly at: string;
};

/**
 * What people are asked about a held request. The votes are on the row: a statement that counted rows of decisions would
 * not see one that is committed beside it.
 */
export const ApprovalEntity = defineEntity({
  name: 'Approval',
  tableName: 'approvals',
  properties: {
    id: p.uuid().primary(),
    requestId: () => p.manyToOne(RequestEntity).mapToPk().deleteRule('cascade').fieldName('request_id'),
    agentId: p.uuid(),
    senderId: p.uuid(),
    status: p.enum(['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'CANCELLED', 'REJECTED'] as const),
    holdReasons: p.json<readonly HoldReason[]>().columnType('jsonb'),
    findings: p.json<readonly unknown[]>().columnType('jsonb'),
    /** Of what would be done: whoever decides sends back the one that they were shown. */
    digest: p.blob().$type<Buffer>(),
    /** Of what was sent: the same again is refused for a while after a denial. */
    contentDigest: p.blob().$type<Buffer>(),
    bytes: p.integer(),
    policySetId: p.uuid(),
    policyVersion: p.integer(),
    contractId: p.uuid(),
    contractVersion: p.integer(),
    quorum: p.integer(),
    approvedBy: p.json<readonly Vote[]>().columnType('jsonb'),
    isEditable: p.boolean(),
    /** How long the request lives on once it is approved; null where its sender said when it ends. */
    lifetimeSeconds: p.integer().strictNullable(),
    toSender: p.text().strictNullable(),
    revision: p.integer(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    resolvedAt: p.datetime(3).strictNullable(),
  },
  uniques: [{ name: 'approvals_open_unique', properties: 'requestId', where: 'resolved_at is null' }],
  indexes: [
    { name: 'approvals_request_id_index', properties: 'requestId' },
    { name: 'approvals_pair_index', properties: ['agentId', 'senderId', 'createdAt'] },
    { name: 'approvals_agent_id_index', properties: ['agentId', 'id'] },
    { name: 'approvals_open_agent_id_index', properties: ['agentId', 'expiresAt'], where: 'resolved_at is null' },
    { name: 'approvals_open_id_index', properties: 'id', where: 'resolved_at is null' },
    // With what is added up, so that counting reads no rows.
    { name: 'approvals_open_sender_id_index', properties: ['senderId', 'bytes'], where: 'resolved_at is null' },
    { name: 'approvals_ended_status_index', properties: ['status', 'id'], where: 'resolved_at is not null' },
  ],
  checks: [{ name: 'approvals_resolved_check', expression: `(resolved_at is null) = (status = 'PENDING')` }],
  triggers: [
    {
      // With its end, whichever release of a node ends it.
      name: 'approvals_tell_resolved',
      timing: 'after',
      events: ['update'],
      forEach: 'row',
      // As PostgreSQL writes it.
      when: '((old.resolved_at IS NULL) AND (new.resolved_at IS NOT NULL))',
      body: `insert into outbox (id, kind, event, approval_id, endpoint_id, attempts, due_at, created_at) select gen_random_uuid(), 'webhook', 'approval.resolved', new.id, e.id, 0, new.resolved_at, new.resolved_at from webhook_endpoints e where e.agent_id = new.agent_id and e.disabled_at is null and 'approval.resolved' = any (e.events) for key share; delete from outbox where approval_id = new.id and event <> 'approval.resolved'; return null;`,
    },
  ],
});
