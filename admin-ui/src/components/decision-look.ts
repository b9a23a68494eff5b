import { IconCheck, IconX } from '@tabler/icons-react';
import type { ApprovalRoute, DecisionDetailsFragment } from '../generated/graphql.ts';

/** How each verdict of people reads and looks. */
export const DECISION_LOOK = {
  APPROVE: { word: 'approved', color: 'var(--ok)', icon: IconCheck },
  DENY: { word: 'denied', color: 'var(--bad)', icon: IconX },
} as const;

/** Which door a decision came through. */
export const DECISION_ROUTES: Readonly<Record<ApprovalRoute, string>> = {
  CONSOLE: 'in the console',
  GRAPHQL: 'by GraphQL',
  LINK: 'by a link',
  REST: 'by REST',
};

export function deciderName(by: DecisionDetailsFragment['by']): string {
  if (by.__typename === 'Approver') return by.displayName;
  return by.__typename === 'Owner' ? 'The owner' : `The administrator ${by.name}`;
}
