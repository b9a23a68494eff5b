import { Anchor, Group, Text, ThemeIcon } from '@mantine/core';
import { useQuery, useSubscription } from 'urql';
import { Link } from 'wouter';
import { whyNot } from '../../components/denial-kind.ts';
import { Issues } from '../../components/issues.tsx';
import { RequestStatusBadge } from '../../components/request-status.tsx';
import { RequestTimeline, stageName, VERDICT_LOOK, verdictOf } from '../../components/request-timeline.tsx';
import { Result } from '../../components/result.tsx';
import { ErrorNotice, Loading, Problem } from '../../components/states.tsx';
import { duration } from '../../components/time.tsx';
import { type DryRunOutcome, RequestDocument, RequestUpdatesDocument } from '../../generated/graphql.ts';
import type { Trial } from '../try-page.tsx';

const OUTCOME: Readonly<Record<DryRunOutcome, { title: string; color: string }>> = {
  PASSED: { title: 'It would be delivered', color: 'var(--ok)' },
  HELD: { title: 'It would be held for a human', color: 'var(--hold)' },
  DENIED: { title: 'It would be rejected', color: 'var(--bad)' },
};

/** What a dry run or a sent request came to. */
export function TrialResult({ trial: { kind, answer } }: { readonly trial: Trial }) {
  if (kind === 'dry-run' && answer.__typename === 'DryRunSuccess') return <DryRun {...answer} />;
  if (answer.__typename === 'SubmitTestRequestSuccess') return <Followed id={answer.request.id} />;
  if (answer.__typename === 'RequestRejectedError') return <Followed id={answer.requestId} />;
  return (
    <>
      <Problem message={'message' in answer ? answer.message : 'It was not accepted.'} />
      {'issues' in answer && <Issues issues={answer.issues} />}
    </>
  );
}

type DryRunAnswer = Extract<Extract<Trial, { kind: 'dry-run' }>['answer'], { __typename: 'DryRunSuccess' }>;

function DryRun({ outcome, stages }: Pick<DryRunAnswer, 'outcome' | 'stages'>) {
  const { title, color } = OUTCOME[outcome];
  return (
    <>
      <Text fw={650} style={{ color }} data-outcome={outcome}>
        {title}
      </Text>
      {stages.map(({ stage, passed, kind, reason, detail, issues, durationMs }) => {
        const why = [whyNot({ kind, reason }), detail].filter((part) => part != null).join(' – ');
        const look = VERDICT_LOOK[verdictOf({ passed, reason })];
        return (
          <Group key={stage} gap="sm" wrap="nowrap" align="flex-start">
            <ThemeIcon variant="transparent" size="sm" style={{ color: look.color }}>
              <look.icon size={18} aria-hidden />
            </ThemeIcon>
            <div style={{ minWidth: 0 }}>
              <Text fw={600}>
                {`${stageName(stage)}: ${look.word} `}
                <Text component="span" size="xs" className="soft" fw={400}>
                  {duration(durationMs)}
                </Text>
              </Text>
              {why && (
                <Text size="sm" className="wrap-anywhere">
                  {why}
                </Text>
              )}
              {issues.length > 1 && <Issues issues={issues} />}
            </div>
          </Group>
        );
      })}
      <Text size="sm" className="soft">
        Nothing was stored and nothing was sent.
      </Text>
    </>
  );
}

function Followed({ id }: { readonly id: string }) {
  const [{ data, error }] = useQuery({ query: RequestDocument, variables: { id } });
  const request = data?.request;
  useSubscription({ query: RequestUpdatesDocument, variables: { id }, pause: !request });
  if (error && !request) return <ErrorNotice error={error} />;
  if (!request) return <Loading />;
  return (
    <>
      <Group gap="sm">
        <RequestStatusBadge status={request.status} />
        <Anchor component={Link} href={`/requests/${id}`} underline="always" size="sm">
          Open the request
        </Anchor>
      </Group>
      <RequestTimeline request={request} />
      {request.status === 'COMPLETED' && <Result value={request.result} />}
    </>
  );
}
