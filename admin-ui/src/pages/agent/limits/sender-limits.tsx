import { Badge, Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { LongText } from '../../../components/long-text.tsx';
import { RowsTable } from '../../../components/rows-table.tsx';
import { Empty } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import type { AgentLimitsQuery, SenderLimitRowFragment } from '../../../generated/graphql.ts';
import { RemoveSenderLimit } from './remove-sender-limit.tsx';
import { SenderLimitForm } from './sender-limit-form.tsx';

type Props = {
  readonly agentId: string;
  readonly limits: NonNullable<AgentLimitsQuery['agent']>['senderLimits'];
  readonly onChanged: () => void;
};

type Dialog = { readonly what: 'set' | 'remove'; readonly limit: SenderLimitRowFragment | null };

/** Senders that are blocked, or have numbers of their own. */
export function SenderLimits({ agentId, limits, onChanged }: Props) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const rows = limits.edges.map(({ node }) => node);
  return (
    <section aria-label="Senders with limits of their own">
      <Group justify="space-between" p="md" gap="sm">
        <Title order={2} size="h5">
          Blocked, or with numbers of their own
        </Title>
        <Button size="xs" variant="default" onClick={() => setDialog({ what: 'set', limit: null })}>
          Block or limit a sender
        </Button>
      </Group>
      {rows.length === 0 ? (
        <Empty title="No sender is blocked">
          <Text className="soft">What is set above counts for all of them.</Text>
        </Empty>
      ) : (
        <RowsTable
          label="Senders with limits of their own"
          columns={[
            { label: 'Sender', isText: true },
            { label: 'May', isText: true },
            { label: 'Reason', isText: true },
            { label: 'Changed' },
            { label: 'Change', align: 'right' },
          ]}
          rows={rows.map((limit) => ({
            key: limit.senderId,
            attributes: { 'data-sender': limit.senderId },
            cells: [
              <Stack key="sender" gap={0}>
                <LongText>{limit.senderName ?? 'Deleted'}</LongText>
                <span className="mono">{limit.senderId}</span>
              </Stack>,
              <Allowed key="may" limit={limit} />,
              limit.reason == null ? '–' : <LongText key="reason">{limit.reason}</LongText>,
              <Time key="at" at={limit.updatedAt} relative />,
              <Group key="change" gap={4} justify="flex-end">
                <Button size="xs" variant="default" onClick={() => setDialog({ what: 'set', limit })}>
                  Change
                </Button>
                <Button size="xs" variant="default" onClick={() => setDialog({ what: 'remove', limit })}>
                  Remove
                </Button>
              </Group>,
            ],
          }))}
        />
      )}
      {limits.pageInfo.hasNextPage && (
        <Text p="md" size="sm" className="soft">
          {`The first ${rows.length.toLocaleString()}. REST lists all of them.`}
        </Text>
      )}
      <Modal opened={dialog?.what === 'set'} onClose={close} title="Block or limit a sender" centered>
        {dialog && <SenderLimitForm agentId={agentId} limit={dialog.limit} onSet={onChanged} onDone={close} />}
      </Modal>
      <Modal opened={dialog?.what === 'remove'} onClose={close} title="Treat it like every other sender?" centered>
        {dialog?.limit && (
          <RemoveSenderLimit agentId={agentId} limit={dialog.limit} onRemoved={onChanged} onDone={close} />
        )}
      </Modal>
    </section>
  );
}

function Allowed({ limit: { blocked, perMinute, perDay, open } }: { readonly limit: SenderLimitRowFragment }) {
  if (blocked) {
    return (
      <Badge variant="outline" tt="none" styles={{ root: { color: 'var(--bad)', borderColor: 'var(--bad)' } }}>
        Blocked
      </Badge>
    );
  }
  const parts = [
    perMinute == null ? null : `${perMinute.toLocaleString()} a minute`,
    perDay == null ? null : `${perDay.toLocaleString()} a day`,
    open == null ? null : `${open.toLocaleString()} unfinished`,
  ].filter((part) => part !== null);
  return parts.join(', ') || 'Like every other';
}
