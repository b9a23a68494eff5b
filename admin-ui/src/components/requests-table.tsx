import { Link } from 'wouter';
import type { RequestRowFragment } from '../generated/graphql.ts';
import { LongText } from './long-text.tsx';
import { isFinal, RequestStatusBadge } from './request-status.tsx';
import { RowsTable } from './rows-table.tsx';
import { duration, Time } from './time.tsx';

type Props = { readonly requests: readonly RequestRowFragment[]; readonly showAgent?: boolean };

/** From submission to outcome; what was rejected took no time of its agent. */
function tookOf({ status, createdAt, updatedAt }: RequestRowFragment): string {
  if (status === 'REJECTED') return '–';
  return isFinal(status) ? duration(Date.parse(updatedAt) - Date.parse(createdAt)) : '…';
}

/** Requests, newest first: what was asked of whom by whom, and how it stands. */
export const RequestsTable = ({ requests, showAgent = true }: Props) => (
  <RowsTable
    label="Requests"
    columns={[
      { label: 'Action', isText: true },
      { label: 'Status' },
      ...(showAgent ? [{ label: 'Agent', isText: true }] : []),
      { label: 'Sender', isText: true },
      { label: 'Submitted' },
      { label: 'Took', align: 'right' },
    ]}
    rows={requests.map((request) => ({
      key: request.id,
      attributes: { 'data-request': request.id },
      cells: [
        <Link key="action" href={`/requests/${request.id}`} className="row-link">
          <LongText>{request.action}</LongText>
        </Link>,
        <RequestStatusBadge key="status" status={request.status} />,
        ...(showAgent
          ? [
              <Link key="agent" href={`/agents/${request.handle}`} className="row-link" style={{ fontWeight: 400 }}>
                <LongText>{request.handle}</LongText>
              </Link>,
            ]
          : []),
        <LongText key="sender">{request.senderName ?? 'Deleted'}</LongText>,
        <Time key="submitted" at={request.createdAt} relative />,
        tookOf(request),
      ],
    }))}
  />
);
