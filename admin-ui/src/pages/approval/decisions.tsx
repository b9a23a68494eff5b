import { Card, Text, Timeline, Title } from '@mantine/core';
import { DECISION_LOOK, DECISION_ROUTES, deciderName } from '../../components/decision-look.ts';
import { Time } from '../../components/time.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetailsFragment, DecisionDetailsFragment } from '../../generated/graphql.ts';
import { useRole } from '../../viewer.tsx';
import { MakeLink } from './make-link.tsx';

/** Who said what, and how many it takes. */
export function Decisions({ approval }: { readonly approval: ApprovalDetailsFragment }) {
  const { decisions, quorum, status, resolvedAt, agent } = approval;
  const mayLink = useRole() !== 'approver' && status === 'PENDING';
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
      {mayLink && agent != null && <MakeLink approval={approval} agent={agent} />}
    </Card>
  );
}

function Vote({ decision: { verdict, by, via, at, comment } }: { readonly decision: DecisionDetailsFragment }) {
  const { word, color, icon: Icon } = DECISION_LOOK[verdict];
  return (
    <Timeline.Item
      role="listitem"
      data-verdict={verdict}
      bullet={<Icon size={14} aria-hidden />}
      styles={{ itemBullet: { color, borderColor: color, background: 'var(--card-bg)' } }}
      title={
        <Text component="span" fw={600} className="wrap-anywhere">
          <VisibleText>{deciderName(by)}</VisibleText>
          {` ${word}`}
        </Text>
      }
    >
      {comment && (
        <Text size="sm" className="wrap-anywhere">
          <VisibleText>{comment}</VisibleText>
        </Text>
      )}
      <Text size="xs" className="soft" component="div">
        <Time at={at} /> {DECISION_ROUTES[via]}
      </Text>
    </Timeline.Item>
  );
}
