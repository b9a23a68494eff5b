import { IconCheck, IconHandStop, IconX } from '@tabler/icons-react';
import type { DecisionDetailsFragment, RequestDetailsFragment } from '../generated/graphql.ts';
import { APPROVAL_LOOK } from './approval-status.tsx';
import { DECISION_LOOK, DECISION_ROUTES, deciderName } from './decision-look.ts';
import { Time } from './time.tsx';
import type { Step } from './timeline-step.ts';
import { VisibleText } from './visible-text.tsx';

type RequestApproval = NonNullable<RequestDetailsFragment['approval']>;
type Approval = NonNullable<RequestApproval['approval']>;

/** That people were asked, what each of them said as far as the viewer may see it, and what came of it. */
export function approvalSteps(told: RequestApproval | null): readonly Step[] {
  if (told === null) return [];
  const { approval = null } = told;
  return [
    ...(approval === null ? [] : [heldStep(approval), ...approval.decisions.map(decisionStep)]),
    ...(told.status === 'PENDING' ? [] : [endStep(told)]),
  ];
}

const heldStep = ({ createdAt, expiresAt, quorum }: Approval): Step => ({
  key: 'held',
  title: 'Held for a human',
  icon: IconHandStop,
  color: 'var(--hold)',
  at: createdAt,
  detail: (
    <>
      {quorum === 1 ? 'One approval is needed, until ' : `${quorum} approvals are needed, until `}
      <Time at={expiresAt} />
    </>
  ),
});

function decisionStep({ verdict, by, via, at, comment }: DecisionDetailsFragment, index: number): Step {
  const { word, icon, color } = DECISION_LOOK[verdict];
  return {
    key: `decision-${index}`,
    title: (
      <>
        <VisibleText>{deciderName(by)}</VisibleText>
        {` ${word}`}
      </>
    ),
    icon,
    color,
    at,
    how: DECISION_ROUTES[via],
    ...(comment != null && { detail: <VisibleText>{comment}</VisibleText> }),
  };
}

/** What the sender was told is part of it; while people are asked the last step of the timeline says so. */
function endStep({ status, toSender, approval }: RequestApproval): Step {
  const { label, color } = APPROVAL_LOOK[status];
  return {
    key: 'approval',
    title: `Approval: ${label.toLowerCase()}`,
    icon: status === 'APPROVED' ? IconCheck : IconX,
    color,
    ...(approval?.resolvedAt != null && { at: approval.resolvedAt }),
    ...(toSender != null && {
      detail: (
        <>
          {'To the sender: '}
          <VisibleText>{toSender}</VisibleText>
        </>
      ),
    }),
  };
}
