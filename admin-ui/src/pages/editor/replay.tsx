import { Alert, Badge, Button, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useClient } from 'urql';
import { Link } from 'wouter';
import { RowsTable } from '../../components/rows-table.tsx';
import { ReplayPoliciesDocument, type ReplayPoliciesQuery } from '../../generated/graphql.ts';
import type { PoliciesInput } from './draft.ts';

export type Replay = Extract<ReplayPoliciesQuery['policyReplay'], { __typename: 'PolicyReplaySuccess' }>;

/** More are counted, and not listed. */
const SHOWN_MAX = 100;

const LOOK = {
  PASSED: { label: 'passed', color: 'var(--ok)' },
  HELD: { label: 'held', color: 'var(--hold)' },
  REJECTED: { label: 'rejected', color: 'var(--bad)' },
} as const;

type ButtonProps = {
  readonly agentId: string;
  readonly read: () => PoliciesInput;
  readonly onReplay: (replay: Replay) => void;
  readonly onFailure: (error: unknown) => void;
};

/** Says what the agent's past requests would have got under the rules as they are written. */
export function ReplayButton({ agentId, read, onReplay, onFailure }: ButtonProps) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);

  async function run() {
    setBusy(true);
    try {
      const variables = { agentId, ...read() };
      const { data, error } = await client.query(ReplayPoliciesDocument, variables, { requestPolicy: 'network-only' });
      const answer = data?.policyReplay;
      if (answer?.__typename === 'PolicyReplaySuccess') onReplay(answer);
      else onFailure(new Error(problemOf(answer) ?? error?.message ?? 'Nothing was answered.'));
    } catch (error) {
      onFailure(error);
    }
    setBusy(false);
  }

  return (
    <Button variant="default" leftSection={<IconHistory size={16} aria-hidden />} loading={isBusy} onClick={run}>
      Replay
    </Button>
  );
}

function problemOf(answer: ReplayPoliciesQuery['policyReplay'] | undefined): string | undefined {
  if (answer === undefined || answer.__typename === 'PolicyReplaySuccess') return undefined;
  if (!('issues' in answer)) return answer.message;
  return answer.issues.map(({ path, message }) => `${path} ${message}`).join('; ');
}

/** Each request that would have got something else. */
export function ReplayResult({
  replay: { evaluated, withoutParams, changed, truncated },
}: {
  readonly replay: Replay;
}) {
  const title =
    evaluated + withoutParams === 0
      ? 'The agent has had no requests yet.'
      : `${changed.length} of the last ${evaluated} requests would have got something else.`;
  return (
    <Alert color="gray" variant="light" icon={<IconHistory size={18} aria-hidden />} title={title} role="status">
      <Stack gap="xs">
        {withoutParams > 0 && (
          <Text size="sm">{`${withoutParams} rejected ones were left out: their params are kept no longer.`}</Text>
        )}
        {truncated && <Text size="sm">It ended early: older requests were not looked at.</Text>}
        {changed.length > 0 && (
          <RowsTable
            label="Requests that would have got something else"
            columns={[
              { label: 'Action', isText: true },
              { label: 'Then' },
              { label: 'With these rules' },
              { label: 'Reason', isText: true },
            ]}
            rows={changed.slice(0, SHOWN_MAX).map(({ requestId, action, before, after, reason }) => ({
              key: requestId,
              cells: [
                <Link key="action" href={`/requests/${requestId}`}>
                  {action}
                </Link>,
                <Outcome key="then" of={before} />,
                <Outcome key="now" of={after} />,
                reason ?? '–',
              ],
            }))}
          />
        )}
        {changed.length > SHOWN_MAX && <Text size="sm">{`The newest ${SHOWN_MAX} are shown.`}</Text>}
      </Stack>
    </Alert>
  );
}

const Outcome = ({ of: outcome }: { readonly of: keyof typeof LOOK }) => (
  <Badge
    variant="outline"
    tt="none"
    styles={{ root: { color: LOOK[outcome].color, borderColor: LOOK[outcome].color } }}
  >
    {LOOK[outcome].label}
  </Badge>
);
