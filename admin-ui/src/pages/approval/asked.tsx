import { Card, Text, Title } from '@mantine/core';
import { About } from '../../components/about.tsx';
import type { ApprovalDetailsFragment } from '../../generated/graphql.ts';
import { paramsToDo } from './changes.ts';
import { ParamsView } from './params-view.tsx';

/** What would be done: the action in the words of the contract, and its params. */
export function Asked({ approval }: { readonly approval: ApprovalDetailsFragment }) {
  const { request, agent, effectiveParams, contractVersion } = approval;
  const contract = agent?.capabilities;
  const capability = contract?.capabilities.find(({ action }) => action === request.action);
  const isOther = contract != null && contract.version !== contractVersion;
  return (
    <Card component="section" aria-label="What is asked" style={{ minWidth: 0 }}>
      <Title order={2} size="h4" mb="xs">
        What is asked
      </Title>
      {capability && <About {...capability} />}
      {isOther && (
        <Text size="sm" mb="sm" c="var(--warn)">
          {`It was asked for under version ${contractVersion} of the contract; version ${contract.version} is in force and decides.`}
        </Text>
      )}
      {effectiveParams != null && (
        <Text size="sm" mb="sm" c="var(--hold)">
          {approval.status === 'APPROVED'
            ? 'Whoever approved it changed the params: what is shown is what is done.'
            : 'Somebody changed the params: what is shown is what would be done.'}
        </Text>
      )}
      <ParamsView
        params={paramsToDo(approval)}
        schema={capability?.paramsSchema ?? {}}
        asked={effectiveParams == null ? null : request.params}
      />
    </Card>
  );
}
