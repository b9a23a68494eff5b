import { Text, Timeline, Tooltip } from '@mantine/core';
import {
  IconArrowRight,
  IconCheck,
  IconClock,
  IconFlag,
  IconHandStop,
  IconInbox,
  IconSend,
  IconX,
} from '@tabler/icons-react';
import type { RequestDetailsFragment } from '../generated/graphql.ts';
import { approvalSteps } from './approval-steps.tsx';
import { whyNot } from './denial-kind.ts';
import { Issues } from './issues.tsx';
import { isFinal, STATUS_LOOK } from './request-status.tsx';
import { clockTime, duration, Time } from './time.tsx';
import type { Step } from './timeline-step.ts';
import { VisibleText } from './visible-text.tsx';

/** What each stage of the pipeline is called in front of people; others go by their own name. */
const STAGE_NAMES: Readonly<Record<string, string>> = {
  policy_engine: 'Policies',
  capability_sandbox: 'Contract',
  result_contract: 'Result',
};

export const stageName = (stage: string): string => STAGE_NAMES[stage] ?? stage;

/** Everything that happened to a request, in order. */
export const RequestTimeline = ({ request }: { readonly request: RequestDetailsFragment }) => (
  <Timeline bulletSize={26} lineWidth={2} active={-1} role="list" aria-label="What happened">
    {stepsOf(request).map(({ key, title, icon: Icon, color, at, how, detail }) => (
      <Timeline.Item
        key={key}
        role="listitem"
        data-step={key}
        title={
          <Text component="span" fw={600} className="wrap-anywhere">
            {title}
          </Text>
        }
        bullet={<Icon size={14} aria-hidden />}
        styles={{ itemBullet: { color, borderColor: color, background: 'var(--card-bg)' } }}
      >
        {detail !== undefined && (
          <Text size="sm" component="div" className="wrap-anywhere">
            {detail}
          </Text>
        )}
        {at !== undefined && (
          <Text size="xs" className="soft" component="div">
            <Moment at={at} since={request.createdAt} />
            {how !== undefined && ` ${how}`}
          </Text>
        )}
      </Timeline.Item>
    ))}
  </Timeline>
);

function stepsOf(request: RequestDetailsFragment): readonly Step[] {
  const ofResult = request.pipelineLog.filter(({ kind }) => kind === 'INVALID_RESULT');
  const before = request.pipelineLog.filter((line) => !ofResult.includes(line));
  const steps: Step[] = [
    {
      key: 'submitted',
      title: 'Submitted',
      icon: IconSend,
      color: 'var(--busy)',
      at: request.createdAt,
      detail: (
        <>
          {'by '}
          <VisibleText>{request.senderName ?? 'a sender that is deleted'}</VisibleText>
        </>
      ),
    },
    ...stageSteps(before.filter(({ stage }) => !request.approval || stage !== APPROVAL_STAGE)),
    ...approvalSteps(request.approval ?? null),
    ...request.deliveries.flatMap((delivery) => deliverySteps(delivery, request.outcomeAttempt ?? null)),
    ...stageSteps(ofResult),
  ];
  return [...steps, lastStep(request)];
}

/** What a decision writes into the log of the pipeline: the steps of the approval say more. */
const APPROVAL_STAGE = 'approval';

type Stages = RequestDetailsFragment['pipelineLog'];

/** How each verdict of a stage reads and looks. */
export const VERDICT_LOOK = {
  passed: { word: 'passed', color: 'var(--ok)', icon: IconCheck },
  held: { word: 'hold for a human', color: 'var(--hold)', icon: IconHandStop },
  rejected: { word: 'rejected', color: 'var(--bad)', icon: IconX },
} as const;

/** A stage that lets a request pass has a reason only where it holds it. */
export const verdictOf = ({ passed, reason }: Pick<Stages[number], 'passed' | 'reason'>): keyof typeof VERDICT_LOOK =>
  passed ? (reason == null ? 'passed' : 'held') : 'rejected';

/** A step for each stage: whether it let the request pass, why not, and how long it took. */
function stageSteps(stages: Stages): readonly Step[] {
  return stages.map(({ stage, passed, kind, reason, detail, issues, durationMs }) => ({
    key: `stage-${stage}`,
    title: (
      <>
        {`${stageName(stage)}: ${VERDICT_LOOK[verdictOf({ passed, reason })].word} `}
        <Text component="span" size="xs" className="soft" fw={400}>
          {duration(durationMs)}
        </Text>
      </>
    ),
    icon: VERDICT_LOOK[verdictOf({ passed, reason })].icon,
    color: VERDICT_LOOK[verdictOf({ passed, reason })].color,
    detail:
      issues.length > 1 ? (
        <>
          {whyNot({ kind, reason })}
          <Issues issues={issues} />
        </>
      ) : (
        [whyNot({ kind, reason }), detail].filter((part) => part != null).join(' – ') || undefined
      ),
  }));
}

function deliverySteps(
  { attempt, channelId, deliveredAt, ackedAt }: RequestDetailsFragment['deliveries'][number],
  outcomeAttempt: number | null,
): readonly Step[] {
  const delivered: Step = {
    key: `delivery-${attempt}`,
    title: attempt === 1 ? 'Delivered to the agent' : `Delivered to the agent again (attempt ${attempt})`,
    icon: IconArrowRight,
    color: 'var(--busy)',
    at: deliveredAt,
    detail: (
      <>
        {'Channel '}
        <span className="mono">{channelId.slice(-12)}</span>
        {outcomeAttempt === attempt && outcomeAttempt > 1 && ', whose report counted'}
      </>
    ),
  };
  if (ackedAt === null || ackedAt === undefined) return [delivered];
  const took = Date.parse(ackedAt) - Date.parse(deliveredAt);
  return [
    delivered,
    {
      key: `ack-${attempt}`,
      title: 'Acknowledged',
      icon: IconInbox,
      color: 'var(--busy)',
      at: ackedAt,
      detail: `after ${duration(took)}`,
    },
  ];
}

function lastStep({ status, updatedAt, expiresAt, error }: RequestDetailsFragment): Step {
  const { label, color } = STATUS_LOOK[status];
  if (!isFinal(status)) {
    const waiting = status === 'ACKED' ? 'The agent works on it' : label;
    return {
      key: 'waiting',
      title: waiting,
      icon: IconClock,
      color,
      detail: (
        <>
          until <Time at={expiresAt} /> at the latest
        </>
      ),
    };
  }
  return {
    key: 'outcome',
    title: label,
    icon: status === 'COMPLETED' ? IconFlag : IconX,
    color,
    at: updatedAt,
    ...(error && { detail: error.message }),
  };
}

function Moment({ at, since }: { readonly at: string; readonly since: string }) {
  const ms = Date.parse(at) - Date.parse(since);
  return (
    <Tooltip label={new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard reaches the tooltip too */}
      <time dateTime={at} tabIndex={0}>
        {clockTime(new Date(at))}
        {ms > 0 && ` (+${duration(ms)})`}
      </time>
    </Tooltip>
  );
}
