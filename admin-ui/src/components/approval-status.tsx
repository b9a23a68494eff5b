import { Badge } from '@mantine/core';
import type { ApprovalStatus } from '../generated/graphql.ts';

/** How each state of an approval is called and coloured, everywhere. */
export const APPROVAL_LOOK: Readonly<Record<ApprovalStatus, { readonly label: string; readonly color: string }>> = {
  PENDING: { label: 'Waits for a decision', color: 'var(--hold)' },
  APPROVED: { label: 'Approved', color: 'var(--ok)' },
  DENIED: { label: 'Denied', color: 'var(--bad)' },
  EXPIRED: { label: 'Nobody decided in time', color: 'var(--time)' },
  CANCELLED: { label: 'Cancelled', color: 'var(--gone)' },
  REJECTED: { label: 'Rejected by the rules', color: 'var(--warn)' },
};

export function ApprovalStatusBadge({ status }: { readonly status: ApprovalStatus }) {
  const { label, color } = APPROVAL_LOOK[status];
  return (
    <Badge
      variant="outline"
      tt="none"
      fw={600}
      styles={{ root: { color, borderColor: color, background: `color-mix(in srgb, ${color} 9%, transparent)` } }}
    >
      {label}
    </Badge>
  );
}
