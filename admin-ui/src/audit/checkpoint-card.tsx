import { Button, Card, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from 'urql';
import { Time } from '../components/time.tsx';
import { AuditCheckpointDocument } from '../generated/graphql.ts';
import { download } from './download.ts';

/** What waits longer than that waits for a sealer that does not come; the readiness check says so after as long. */
const SEALED_WITHIN_MS = 60_000;

type Props = {
  /** The oldest of what is shown that waits for its seal; null where nothing does. */
  readonly waitsSince: string | null;
};

/** How far the trail is sealed, when that was signed, and whether the sealer is at work. */
export function CheckpointCard({ waitsSince }: Props) {
  const [{ data, error }] = useQuery({ query: AuditCheckpointDocument, requestPolicy: 'cache-and-network' });
  const checkpoint = data?.auditCheckpoint;
  const isBehind = waitsSince !== null && Date.now() - Date.parse(waitsSince) > SEALED_WITHIN_MS;
  return (
    <Card component="section" aria-label="Checkpoint" mb="lg">
      <Group justify="space-between" gap="sm">
        <div>
          {checkpoint ? (
            <Text>
              <strong>{checkpoint.size.toLocaleString()}</strong>
              {checkpoint.size === 1 ? ' entry is sealed; signed ' : ' entries are sealed; signed '}
              <Time at={checkpoint.at} relative />
            </Text>
          ) : (
            <Text>{error ? 'Nothing is sealed yet, or it cannot be told.' : 'One moment…'}</Text>
          )}
          <SealerState waitsSince={waitsSince} isBehind={isBehind} />
        </div>
        {checkpoint && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => download(`checkpoint-${checkpoint.size}.txt`, checkpoint.note)}
          >
            Download the checkpoint
          </Button>
        )}
      </Group>
    </Card>
  );
}

function SealerState({ waitsSince, isBehind }: Props & { readonly isBehind: boolean }) {
  if (waitsSince === null) {
    return (
      <Text size="sm" className="soft">
        The sealer is at work: nothing that is shown waits for it.
      </Text>
    );
  }
  return (
    <Text size="sm" c={isBehind ? 'var(--bad)' : undefined} className={isBehind ? undefined : 'soft'}>
      {isBehind ? 'The sealer does not keep up: entries wait since ' : 'Entries wait for their seal since '}
      <Time at={waitsSince} relative />
    </Text>
  );
}
