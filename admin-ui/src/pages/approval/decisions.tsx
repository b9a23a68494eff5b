import { Card, Text, Timeline, Title } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { Time } from '../../components/time.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetailsFragment, ApprovalRoute } from '../../generated/graphql.ts';

type Decision = ApprovalDetailsFragment['decisions'][number];

/** Which door a decision came through. */
const ROUTES: Readonly<Record<ApprovalRoute, string>> = {
  CONSOLE: 'in the console',
  GRAPHQL: 'by GraphQL',
  LINK: 'by a link',
  REST: 'by REST',
};

export function deciderName(by: Decision['by']): string {
  if (by.__typename === 'Approver') return by.displayName;
  return by.__typename === 'Owner' ? 'The owner' : `The administrator ${by.name}`;
}

/** Who said what, and how many it takes. */
export function Decisions({
  approval: { decisions, quorum, status, resolvedAt },
}: {
  readonly approval: ApprovalDetailsFragment;
}) {
  const approvals = decisions.filter(({ verdict }) => verdict === 'APPROVE').length;
  return (
    <Card component="section" aria-label="Decisions">
      <Title order={2} size="h4" mb="sm">
        Decisions
      </Title>
      <Text size="sm" className="soft" mb={decisions.length > 0 ? 'md' : 0}>
        {quorum === 1
          ? 'One approval is enough; one denial ends it.'
          : `${approvals} of ${quorum} approvals; one denial ends it.`}
        {status !== 'PENDING' && resolvedAt && (
          <>
            {' Over since '}
            <Time at={resolvedAt} />
            {'.'}
          </>
        )}
      </Text>
      {decisions.length > 0 && (
        <Timeline bulletSize={26} lineWidth={2} active={-1} role="list" aria-label="Who decided">
          {decisions.map((decision) => (
            <Vote key={`${decision.at} ${deciderName(decision.by)}`} decision={decision} />
          ))}
        </Timeline>
      )}
    </Card>
  );
}

function Vote({ decision: { verdict, by, via, at, comment } }: { readonly decision: Decision }) {
  const isApproval = verdict === 'APPROVE';
  const color = isApproval ? 'var(--ok)' : 'var(--bad)';
  const Icon = isApproval ? IconCheck : IconX;
  return (
    <Timeline.Item
      role="listitem"
      data-verdict={verdict}
      bullet={<Icon size={14} aria-hidden />}
      styles={{ itemBullet: { color, borderColor: color, background: 'var(--card-bg)' } }}
      title={
        <Text component="span" fw={600} className="wrap-anywhere">
          <VisibleText>{deciderName(by)}</VisibleText>
          {isApproval ? ' approved' : ' denied'}
        </Text>
      }
    >
      {comment && (
        <Text size="sm" className="wrap-anywhere">
          <VisibleText>{comment}</VisibleText>
        </Text>
      )}
      <Text size="xs" className="soft" component="div">
        <Time at={at} /> {ROUTES[via]}
      </Text>
    </Timeline.Item>
  );
}
