import { Badge, Card, Group, List, SimpleGrid, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Copyable } from '../../components/copyable.tsx';
import { Countdown } from '../../components/countdown.tsx';
import { stageName } from '../../components/request-timeline.tsx';
import { Time } from '../../components/time.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetailsFragment } from '../../generated/graphql.ts';
import { useRole } from '../../viewer.tsx';

type Props = { readonly approval: ApprovalDetailsFragment };

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Card component="section" aria-label={title}>
    <Title order={2} size="h4" mb="sm">
      {title}
    </Title>
    {children}
  </Card>
);

/** Why it waits for a human, for how long, and under which documents. */
export const WhyHeld = ({ approval }: Props) => (
  <Part title="Why it is held">
    <List size="sm" mb="md" aria-label="Reasons">
      {approval.holdReasons.map(({ stage, rule, reason }) => (
        <List.Item key={`${stage} ${rule} ${reason}`} className="wrap-anywhere">
          <VisibleText>{reason}</VisibleText>{' '}
          <Text component="span" size="xs" className="soft">
            {rule == null ? stageName(stage) : `${stageName(stage)}, rule ${rule + 1}`}
          </Text>
        </List.Item>
      ))}
    </List>
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2 }} spacing="sm" m={0}>
      <Fact label="Time left">
        {approval.status === 'PENDING' ? <Countdown to={approval.expiresAt} /> : 'It is over'}
      </Fact>
      <Fact label="Asked">
        <Time at={approval.createdAt} relative />
      </Fact>
      <Fact label="Policies">{`Version ${approval.policyVersion}`}</Fact>
      <Fact label="Contract">{`Version ${approval.contractVersion}`}</Fact>
    </SimpleGrid>
  </Part>
);

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div>
    <Text component="dt" size="xs" fw={600} className="soft">
      {label}
    </Text>
    <Text component="dd" m={0} size="sm">
      {children}
    </Text>
  </div>
);

/** Who asks, of whom, and how this sender's earlier requests to the agent went. */
export function WhoAsks({ approval: { agent, sender, request } }: Props) {
  const role = useRole();
  const { completed, rejected, denied, first, last } = sender.history;
  const isNew = first == null;
  return (
    <Part title="Who asks">
      <Group gap="xs" mb={4}>
        <Text fw={600} className="wrap-anywhere" style={{ minWidth: 0 }}>
          <VisibleText>{sender.displayName ?? 'A sender that is deleted'}</VisibleText>
        </Text>
        {sender.kind === 'AGENT' && (
          <Badge variant="outline" tt="none" size="sm">
            An agent
          </Badge>
        )}
        {sender.isBlocked && (
          <Badge
            variant="outline"
            tt="none"
            size="sm"
            styles={{ root: { color: 'var(--bad)', borderColor: 'var(--bad)' } }}
          >
            Blocked here
          </Badge>
        )}
      </Group>
      <Text size="sm" className="soft" component="div" mb="sm">
        {'The name is its own choice. Id '}
        <Copyable text={sender.id} label="the sender's id" />
        {sender.registeredAt && (
          <>
            {', registered '}
            <Time at={sender.registeredAt} relative />
          </>
        )}
      </Text>
      <Text size="sm" className="wrap-anywhere">
        {'Of '}
        {agent == null || role === 'approver' ? (
          <VisibleText breaksAtDots>{request.handle}</VisibleText>
        ) : (
          <Link href={`/agents/${agent.handle}`} className="row-link">
            <VisibleText breaksAtDots>{agent.handle}</VisibleText>
          </Link>
        )}
        {': '}
        {isNew
          ? 'its first request here.'
          : `${completed.toLocaleString()} completed, ${rejected.toLocaleString()} rejected, ${denied.toLocaleString()} denied by people.`}
      </Text>
      {first != null && last != null && (
        <Text size="xs" className="soft">
          {'The first '}
          <Time at={first} relative />
          {', the last '}
          <Time at={last} relative />
        </Text>
      )}
      {role !== 'approver' && (
        <Text size="sm" mt="sm">
          <Link href={`/requests/${request.id}`} className="row-link">
            The request and its timeline
          </Link>
        </Text>
      )}
    </Part>
  );
}
