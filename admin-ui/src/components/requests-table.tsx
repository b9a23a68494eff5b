import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { RequestRowFragment } from '../generated/graphql.ts';
import { isFinal, RequestStatusBadge } from './request-status.tsx';
import { duration, Time } from './time.tsx';

type Props = { readonly requests: readonly RequestRowFragment[]; readonly showAgent?: boolean };

/** From submission to outcome; what was rejected took no time of its agent. */
function tookOf({ status, createdAt, updatedAt }: RequestRowFragment): string {
  if (status === 'REJECTED') return '–';
  return isFinal(status) ? duration(Date.parse(updatedAt) - Date.parse(createdAt)) : '…';
}

/** Requests, newest first: what was asked of whom by whom, and how it stands. */
export const RequestsTable = ({ requests, showAgent = true }: Props) => (
  <Table.ScrollContainer minWidth={showAgent ? 760 : 620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
    <Table highlightOnHover aria-label="Requests">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Status</Table.Th>
          <Table.Th>Action</Table.Th>
          {showAgent && <Table.Th>Agent</Table.Th>}
          <Table.Th>Sender</Table.Th>
          <Table.Th>Submitted</Table.Th>
          <Table.Th ta="right">Took</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {requests.map((request) => (
          <Table.Tr key={request.id} data-request={request.id}>
            <Table.Td>
              <RequestStatusBadge status={request.status} />
            </Table.Td>
            <Table.Td className="cell-text">
              <Link href={`/requests/${request.id}`} className="row-link">
                {request.action}
              </Link>
            </Table.Td>
            {showAgent && (
              <Table.Td>
                <Link href={`/agents/${request.handle}`} className="row-link" style={{ fontWeight: 400 }}>
                  {request.handle}
                </Link>
              </Table.Td>
            )}
            <Table.Td className="cell-text">{request.senderName ?? 'Deleted'}</Table.Td>
            <Table.Td>
              <Time at={request.createdAt} relative />
            </Table.Td>
            <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
              {tookOf(request)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
);
