import type { NewApproval } from '../../application/ports/approval-store.ts';
import type { NewRequest } from '../../application/ports/request-store.ts';
import type { Approval } from '../../domain/approval.ts';
import { columnsOfTable, type RowIn } from '../tables.ts';
import { ApprovalEntity } from './approval-entity.ts';

/** What every statement on approvals answers with: what the domain knows of one. */
export const APPROVAL_COLUMNS = columnsOfTable(ApprovalEntity, { without: ['contentDigest', 'bytes'] });

type ApprovalRow = RowIn<typeof APPROVAL_COLUMNS>;

/** What a new one is stored with. */
export const NEW_APPROVAL_COLUMNS = columnsOfTable(ApprovalEntity);

/** Its properties are the fields of their names. */
export const toApproval = (row: ApprovalRow): Approval => row;

export const toNewApprovalRow = (approval: NewApproval, request: NewRequest): RowIn<typeof NEW_APPROVAL_COLUMNS> => ({
  ...approval,
  requestId: request.id,
  agentId: request.agentId,
  senderId: request.senderId,
  bytes: request.params.bytes,
  status: 'PENDING',
  approvedBy: [],
  toSender: null,
  revision: 1,
  resolvedAt: null,
});

/** What was stored, without reading it back. */
export const approvalAsStored = (approval: NewApproval, request: NewRequest): Approval => {
  const { contentDigest: _, bytes: __, ...stored } = toNewApprovalRow(approval, request);
  return stored;
};
