import { Box, Stack } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Bars } from '../../../components/bars.tsx';
import { stageName } from '../../../components/request-timeline.tsx';
import { ErrorNotice, Loading } from '../../../components/states.tsx';
import { AgentLimitsDocument } from '../../../generated/graphql.ts';
import { AgentLimitsForm } from './agent-limits-form.tsx';
import { SenderLimits } from './sender-limits.tsx';

type Props = { readonly agent: { readonly id: string; readonly handle: string } };

/** As many as an agent may have would be many for a page. */
const SHOWN = 100;
const DAY_MS = 86_400_000;

/** How much the agent takes of everybody and of each sender, who is blocked, and who should be. */
export function LimitsTab({ agent: { id, handle } }: Props) {
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString());
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentLimitsDocument,
    variables: { handle, first: SHOWN, since },
    requestPolicy: 'cache-and-network',
  });
  // Kept here: with the limits that are in force then comes a form of its own.
  const [isSet, setSet] = useState(false);
  const reload = () => refetch({ requestPolicy: 'network-only' });
  if (error) return <ErrorNotice error={error} onRetry={reload} />;
  const agent = data?.agent;
  if (!agent) return fetching ? <Loading /> : null;
  return (
    <Stack gap="lg">
      <AgentLimitsForm
        key={agent.limits?.version ?? 0}
        agentId={id}
        limits={agent.limits ?? null}
        isSet={isSet}
        onAnswered={(isDone) => {
          setSet(isDone);
          if (isDone) reload();
        }}
      />
      <SenderLimits agentId={id} limits={agent.senderLimits} onChanged={reload} />
      {agent.rejectionsNotKept.length > 0 && (
        <Box p="md">
          <Bars
            label="Rejected and not kept"
            of="Rejected within 24 hours and not kept, by sender and stage"
            unit="Requests"
            rows={agent.rejectionsNotKept.map(({ senderId, stage, count }) => [
              senderId,
              stageName(stage),
              count,
              count.toLocaleString(),
            ])}
          />
        </Box>
      )}
    </Stack>
  );
}
