import { Button, Card, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Preformatted } from '../../components/preformatted.tsx';
import { Empty, ErrorNotice, Loading } from '../../components/states.tsx';
import { AgentVersionsDocument, type ContractFragment, type PoliciesFragment } from '../../generated/graphql.ts';
import { changesInContext, diffLines, documentLines } from './diff-lines.ts';

type Version = ContractFragment | PoliciesFragment;
type Kind = 'contract' | 'policies';

const PAGE = 20;
/** As many as the platform answers at once, with room for fields to come. */
const VERSIONS_MAX = 60;
const MARKS = { same: ' ', added: '+', removed: '−', skipped: '…' } as const;
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Every version of the contract or of the policies, and what changed between any two. */
export function VersionHistory({ handle }: { readonly handle: string }) {
  const [kind, setKind] = useState<Kind>('contract');
  const [first, setFirst] = useState(PAGE);
  const [{ data, error, fetching }] = useQuery({
    query: AgentVersionsDocument,
    variables: { handle, first },
    requestPolicy: 'cache-and-network',
  });
  if (error) return <ErrorNotice error={error} />;
  if (!data?.agent) return fetching ? <Loading /> : null;
  const { capabilityHistory, policyHistory } = data.agent;
  const history = kind === 'contract' ? capabilityHistory : policyHistory;
  const versions: readonly Version[] = history.edges.map(({ node }) => node);
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label="Which history"
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        data={[
          { value: 'contract', label: `Contract (${capabilityHistory.totalCount})` },
          { value: 'policies', label: `Policies (${policyHistory.totalCount})` },
        ]}
        w="fit-content"
      />
      {versions.length === 0 ? (
        <Empty title="Nothing has been published yet" />
      ) : (
        <Comparison key={kind} versions={versions} isOnly={history.totalCount === 1} />
      )}
      {history.totalCount > versions.length && first < VERSIONS_MAX && (
        <Button variant="default" w="fit-content" onClick={() => setFirst(VERSIONS_MAX)}>
          Show older versions
        </Button>
      )}
    </Stack>
  );
}

type ComparisonProps = {
  readonly versions: readonly Version[];
  /** There is no other, shown or not. */
  readonly isOnly: boolean;
};

function Comparison({ versions, isOnly }: ComparisonProps) {
  const [newest, previous] = versions;
  const [from, setFrom] = useState(String((previous ?? newest)?.version ?? ''));
  const [to, setTo] = useState(String(newest?.version ?? ''));
  const find = (version: string) => versions.find((each) => String(each.version) === version);
  const choices = versions.map((version) => ({ value: String(version.version), label: labelOf(version) }));
  const [before, after] = [find(from), find(to)];
  const select = { data: choices, allowDeselect: false, w: { base: '100%', xs: 330 } };
  if (isOnly && newest) return <OnlyVersion version={newest} />;
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Select label="From" {...select} value={from} onChange={(value) => setFrom(value ?? from)} />
        <Select label="To" {...select} value={to} onChange={(value) => setTo(value ?? to)} />
      </Group>
      {before && after && <Diff before={before} after={after} />}
    </>
  );
}

const labelOf = ({ version, createdAt, isActive }: Version): string =>
  `${version} · ${TIME.format(new Date(createdAt))}${isActive ? ' · in force' : ''}`;

/** What cannot be compared is shown as it is. */
const OnlyVersion = ({ version }: { readonly version: Version }) => (
  <Card padding={0}>
    <Text size="sm" className="soft" px="md" py="xs" role="status">
      {`Version ${labelOf(version)}. It is the only version: there is nothing to compare it with yet.`}
    </Text>
    <Preformatted label="The only version" plain>
      {documentLines(version).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one version never change places
        <span key={index} className="diff-line">
          {line}
        </span>
      ))}
    </Preformatted>
  </Card>
);

function Diff({ before, after }: { readonly before: Version; readonly after: Version }) {
  const lines = diffLines(documentLines(before), documentLines(after));
  const [added, removed] = [
    lines.filter(({ kind }) => kind === 'added'),
    lines.filter(({ kind }) => kind === 'removed'),
  ];
  return (
    <Card padding={0}>
      <Text size="sm" className="soft" px="md" py="xs" role="status">
        {added.length + removed.length === 0
          ? before.version === after.version
            ? 'The same version on both sides.'
            : 'No difference.'
          : `${added.length} lines added, ${removed.length} removed.`}
      </Text>
      <Preformatted label="Difference" plain>
        {changesInContext(lines).map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one comparison never change places
          <span key={index} className={`diff-line diff-${kind}`}>
            {`${MARKS[kind]} ${text}`}
          </span>
        ))}
      </Preformatted>
    </Card>
  );
}
