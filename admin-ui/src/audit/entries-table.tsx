import { Badge, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { LongText } from '../components/long-text.tsx';
import { RowsTable } from '../components/rows-table.tsx';
import { Time } from '../components/time.tsx';
import { type Entry, EntryDialog } from './entry-dialog.tsx';

type Props = { readonly entries: readonly Entry[]; readonly showAgent?: boolean; readonly showRequest?: boolean };

/** Entries of the trail, newest first; each opens. */
export function EntriesTable({ entries, showAgent = true, showRequest = true }: Props) {
  const [opened, setOpened] = useState<Entry | null>(null);
  return (
    <>
      <RowsTable
        label="Entries"
        columns={[
          { label: 'What happened', isText: true },
          { label: 'By' },
          ...(showAgent ? [{ label: 'Agent', isText: true }] : []),
          ...(showRequest ? [{ label: 'Request' }] : []),
          { label: 'When' },
          { label: 'Sealed', align: 'right' },
        ]}
        rows={entries.map((entry) => ({
          key: entry.id,
          attributes: { 'data-entry': entry.id },
          cells: [
            <UnstyledButton key="type" className="row-link" onClick={() => setOpened(entry)} aria-haspopup="dialog">
              {entry.type}
            </UnstyledButton>,
            entry.actor.kind,
            ...(showAgent ? [<AgentOf key="agent" entry={entry} />] : []),
            ...(showRequest ? [<RequestOf key="request" entry={entry} />] : []),
            <Time key="at" at={entry.at} relative />,
            entry.isSealed ? (
              <span key="sealed" className="mono">
                {entry.index}
              </span>
            ) : (
              <Badge key="sealed" size="sm" variant="default">
                Waits
              </Badge>
            ),
          ],
        }))}
      />
      <EntryDialog entry={opened} onClose={() => setOpened(null)} />
    </>
  );
}

function AgentOf({ entry: { agent, agentId } }: { readonly entry: Entry }) {
  if (agent) {
    return (
      <Link href={`/agents/${agent.handle}`} className="row-link" style={{ fontWeight: 400 }}>
        <LongText>{agent.handle}</LongText>
      </Link>
    );
  }
  return agentId ? 'Deleted' : '–';
}

const RequestOf = ({ entry: { requestId } }: { readonly entry: Entry }) =>
  requestId ? (
    <Link href={`/requests/${requestId}`} className="row-link mono" style={{ fontWeight: 400 }}>
      …{requestId.slice(-8)}
    </Link>
  ) : (
    '–'
  );
