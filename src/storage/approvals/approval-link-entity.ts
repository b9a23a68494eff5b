import { defineEntity, p } from '@mikro-orm/core';
import { ApproverEntity } from '../owners/approver-entity.ts';
import { ApprovalEntity } from './approval-entity.ts';

/** A link by which one approver decides one approval. Only the token's hash is stored. */
export const ApprovalLinkEntity = defineEntity({
  name: 'ApprovalLink',
  tableName: 'approval_links',
  properties: {
    tokenHash: p.blob().$type<Buffer>().primary(),
    approvalId: () => p.manyToOne(ApprovalEntity).mapToPk().deleteRule('cascade').fieldName('approval_id'),
    approverId: () => p.manyToOne(ApproverEntity).mapToPk().deleteRule('cascade').fieldName('approver_id'),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'approval_links_approval_id_index', properties: 'approvalId' },
    { name: 'approval_links_approver_id_index', properties: 'approverId' },
  ],
});
