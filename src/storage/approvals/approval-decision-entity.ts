import { defineEntity, p } from '@mikro-orm/core';
import { ApprovalEntity } from './approval-entity.ts';

/** What somebody said to an approval; never changed. */
export const ApprovalDecisionEntity = defineEntity({
  name: 'ApprovalDecision',
  tableName: 'approval_decisions',
  properties: {
    id: p.uuid().primary(),
    approvalId: () => p.manyToOne(ApprovalEntity).mapToPk().deleteRule('cascade').fieldName('approval_id'),
    deciderKind: p.enum(['APPROVER', 'OWNER', 'ADMIN'] as const),
    deciderId: p.text(),
    keyId: p.uuid().strictNullable(),
    verdict: p.enum(['APPROVE', 'DENY'] as const),
    digest: p.blob().$type<Buffer>(),
    comment: p.text().strictNullable(),
    via: p.enum(['GRAPHQL', 'REST', 'CONSOLE', 'LINK'] as const),
    at: p.datetime(3),
  },
  indexes: [{ name: 'approval_decisions_approval_id_index', properties: ['approvalId', 'id'] }],
});
