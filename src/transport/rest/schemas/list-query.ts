import { type Static, Type } from '@fastify/type-provider-typebox';
import type { ListApprovalsInput } from '../../../application/approvals/read-approvals.ts';
import { AUDIT_TYPES_ASKED_MAX, type ListAuditEntriesInput } from '../../../application/audit/read-audit.ts';
import type { ListRequestsInput } from '../../../application/requests/read-requests.ts';
import { APPROVAL_STATUSES, type ApprovalStatus } from '../../../domain/approval.ts';
import { InvalidInputError } from '../../../domain/errors.ts';
import { REQUEST_ORDERS, REQUEST_STATUSES, type RequestOrder, type RequestStatus } from '../../../domain/request.ts';
import { keyOfCursor } from '../../cursors.ts';
import { instantOf } from '../../instants.ts';
import { lowerCase } from '../wire-fields.ts';
import { oneOf } from './parts.ts';

export const LIST_SIZE_DEFAULT = 20;
const LIST_SIZE_MAX = 100;

const instant = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', description: `${description} RFC 3339.` }));

/** How a page of any list is asked for. */
export const PageQuery = Type.Object({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIST_SIZE_MAX,
      default: LIST_SIZE_DEFAULT,
      description: 'How many to answer at most.',
    }),
  ),
  cursor: Type.Optional(Type.String({ description: 'The `next_cursor` of the page before, with the same filters.' })),
});

const RequestOrderQuery = Type.Optional(
  oneOf(REQUEST_ORDERS.map(lowerCase), {
    description: 'What they are sorted by: `updated` is for senders, the last change first. `newest` when left out.',
  }),
);

/** How lists of requests are asked for. A parameter that may be repeated stands for any of its values. */
export const ListRequestsQuery = Type.Object({
  status: Type.Optional(
    Type.Array(oneOf(REQUEST_STATUSES.map(lowerCase), { description: 'A state.' }), {
      maxItems: REQUEST_STATUSES.length,
      description: 'Only those in this state, or in one of these: it may be repeated.',
    }),
  ),
  order_by: RequestOrderQuery,
  agent: Type.Optional(Type.String({ description: 'Only those that were sent to the agent of this handle or id.' })),
  action: Type.Optional(Type.String({ description: 'Only those that ask for this action.' })),
  context_id: Type.Optional(Type.String({ description: 'Only those that belong to it, as their sender said.' })),
  created_after: instant('Only those submitted at that moment or later.'),
  created_before: instant('Only those submitted before that moment.'),
  ...PageQuery.properties,
});

/** How lists of approvals are asked for. */
export const ListApprovalsQuery = Type.Object({
  status: Type.Optional(
    Type.Array(oneOf(APPROVAL_STATUSES.map(lowerCase), { description: 'A state.' }), {
      maxItems: APPROVAL_STATUSES.length,
      description: 'Only those in this state, or in one of these: it may be repeated.',
    }),
  ),
  agent: Type.Optional(Type.String({ description: 'Only those about requests to the agent of this handle or id.' })),
  ...PageQuery.properties,
});

/** How lists of entries of the audit trail are asked for. */
export const ListAuditEntriesQuery = Type.Object({
  agent: Type.Optional(Type.String({ description: 'Only those about the agent of this handle or id.' })),
  type: Type.Optional(
    Type.Array(Type.String({ description: 'A type, such as `request.submitted`.' }), {
      maxItems: AUDIT_TYPES_ASKED_MAX,
      description: 'Only those of this type, or of one of these: it may be repeated. What can be no type is refused.',
    }),
  ),
  request_id: Type.Optional(Type.String({ description: 'Only those about this request.' })),
  from: instant('Only those of that moment or later.'),
  to: instant('Only those of before that moment.'),
  ...PageQuery.properties,
});

/** Since when what is only counted is asked for. */
export const RejectionsNotKeptQuery = Type.Object({
  since: instant('From which minute on; the last 24 hours when left out.'),
});

type Query = Static<typeof ListRequestsQuery>;

/** The filters, as the use case takes them. */
export const requestFilterOf = (query: Query): ListRequestsInput => ({
  statuses: query.status?.map((status) => status.toUpperCase() as RequestStatus),
  orderBy: query.order_by?.toUpperCase() as RequestOrder | undefined,
  handle: query.agent,
  action: query.action,
  contextId: query.context_id,
  submittedFrom: momentOf(query.created_after),
  submittedBefore: momentOf(query.created_before),
});

/** The same of approvals, but for the agent. */
export const approvalFilterOf = ({ status }: Static<typeof ListApprovalsQuery>): ListApprovalsInput => ({
  statuses: status?.map((each) => each.toUpperCase() as ApprovalStatus),
});

/** The same of entries of the audit trail. */
export const auditFilterOf = (query: Static<typeof ListAuditEntriesQuery>): ListAuditEntriesInput => ({
  agentId: query.agent,
  types: query.type,
  requestId: query.request_id,
  from: momentOf(query.from),
  to: momentOf(query.to),
});

/** The key that the page goes on after; null at the beginning. Throws InvalidInputError for what is no cursor. */
export function pageKeyOf({ cursor }: Static<typeof PageQuery>, isKey: (text: string) => boolean): string | null {
  if (cursor === undefined) return null;
  const key = keyOfCursor(cursor, isKey);
  if (key === null) throw new InvalidInputError([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return key;
}

/** The schema has seen that it is one. */
export const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : (instantOf(text) ?? undefined);
