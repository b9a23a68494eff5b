import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useClient } from 'urql';
import { Copyable } from '../components/copyable.tsx';
import { Json } from '../components/json.tsx';
import { Problem } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { messageOf } from '../components/use-act.ts';
import { type AuditEntriesQuery, AuditProofDocument } from '../generated/graphql.ts';
import { download } from './download.ts';

export type Entry = AuditEntriesQuery['auditEntries']['edges'][number]['node'];

type Props = { readonly entry: Entry | null; readonly onClose: () => void };

/** One entry of the trail: all that it says, and its proof to take along. */
export const EntryDialog = ({ entry, onClose }: Props) => (
  <Modal opened={entry !== null} onClose={onClose} title={entry?.type} size="lg">
    {entry !== null && <Content key={entry.id} entry={entry} />}
  </Modal>
);

const Content = ({ entry }: { readonly entry: Entry }) => (
  <Stack gap="md">
    <Stack component="dl" gap={6} m={0}>
      <Fact label="When">
        <Time at={entry.at} />
      </Fact>
      <Fact label="By">
        {entry.actor.kind}
        {entry.actor.id && (
          <>
            {' '}
            <Copyable text={entry.actor.id} label="who it was" />
          </>
        )}
      </Fact>
      {entry.actor.keyId && (
        <Fact label="With the key">
          <Copyable text={entry.actor.keyId} label="the key's id" />
        </Fact>
      )}
      <Fact label="About">
        {entry.subject.kind}
        {entry.subject.id && (
          <>
            {' '}
            <Copyable text={entry.subject.id} label="what it is about" />
          </>
        )}
      </Fact>
      {entry.node && <Fact label="On the node">{entry.node}</Fact>}
      <Fact label="Entry">
        <Copyable text={entry.id} label="the entry's id" />
      </Fact>
    </Stack>
    <Part title="What it says">
      <Json value={entry.data} label="What it says" />
    </Part>
    {entry.details && (
      <Part title="Personal">
        <Json value={entry.details} label="Personal" />
      </Part>
    )}
    <Sealed entry={entry} />
  </Stack>
);

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <Group component="div" gap="xs" align="baseline" wrap="nowrap">
    <Text component="dt" size="sm" fw={600} className="soft" w={104} style={{ flex: 'none' }}>
      {label}
    </Text>
    <Text component="dd" m={0} size="sm" className="wrap-anywhere" style={{ minWidth: 0 }}>
      {children}
    </Text>
  </Group>
);

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div>
    <Title order={3} size="h6" mb={4}>
      {title}
    </Title>
    {children}
  </div>
);

/** Where it stands in the tree, and its proof; what waits for its seal has none yet. */
function Sealed({ entry: { id, index, isSealed, canonical } }: { readonly entry: Entry }) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const takeProof = async () => {
    setBusy(true);
    const { data, error } = await client.query(AuditProofDocument, { entryId: id }, { requestPolicy: 'network-only' });
    setBusy(false);
    setProblem(error ? messageOf(error) : null);
    if (data) download(`entry-${index ?? id}.tlog-proof`, data.auditProof);
  };
  if (!isSealed) {
    return (
      <Text size="sm" className="soft">
        It waits for its seal: a proof can be had once it has one.
      </Text>
    );
  }
  return (
    <Part title={`Sealed at index ${index}`}>
      <Text size="sm" className="soft" mb="xs">
        The proof shows to anybody that it is in the tree that the platform has signed. It needs the entry as it was
        sealed besides.
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
          loading={isBusy}
          onClick={() => void takeProof()}
        >
          Download the proof
        </Button>
        {canonical && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => download(`entry-${index}.json`, canonical)}
          >
            Download the entry
          </Button>
        )}
      </Group>
      {problem !== null && <Problem message={problem} />}
    </Part>
  );
}
