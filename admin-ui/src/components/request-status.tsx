import { Badge } from '@mantine/core';
import type { RequestStatus } from '../generated/graphql.ts';

type Look = { readonly label: string; readonly color: string };

/** How each status is called and coloured, everywhere; in the order in which a request can go through them. */
export const STATUS_LOOK: Readonly<Record<RequestStatus, Look>> = {
  PENDING: { label: 'Pending', color: 'var(--calm)' },
  AWAITING_APPROVAL: { label: 'Awaiting approval', color: 'var(--hold)' },
  DISPATCHED: { label: 'Dispatched', color: 'var(--busy)' },
  ACKED: { label: 'Acknowledged', color: 'var(--taken)' },
  COMPLETED: { label: 'Completed', color: 'var(--ok)' },
  FAILED: { label: 'Failed', color: 'var(--bad)' },
  REJECTED: { label: 'Rejected', color: 'var(--warn)' },
  CANCELLED: { label: 'Cancelled', color: 'var(--gone)' },
  TIMEOUT: { label: 'Timed out', color: 'var(--time)' },
};

export const REQUEST_STATUSES = Object.keys(STATUS_LOOK) as RequestStatus[];

const FINAL: ReadonlySet<RequestStatus> = new Set(['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT']);
export const isFinal = (status: RequestStatus): boolean => FINAL.has(status);

export function RequestStatusBadge({ status }: { readonly status: RequestStatus }) {
  const { label, color } = STATUS_LOOK[status];
  return (
    <Badge
      variant="outline"
      tt="none"
      fw={600}
      styles={{
        root: { color, borderColor: color, background: `color-mix(in srgb, ${color} 9%, transparent)` },
      }}
    >
      {label}
    </Badge>
  );
}
