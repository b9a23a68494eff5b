import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { LongText } from '../../../components/long-text.tsx';
import { RowsTable } from '../../../components/rows-table.tsx';
import { Empty, ErrorNotice, Loading, Problem } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { useAct } from '../../../components/use-act.ts';
import {
  AgentWebhooksDocument,
  RemoveWebhookDocument,
  TestWebhookDocument,
  type WebhookRowFragment,
} from '../../../generated/graphql.ts';
import { EVENT_WORDS, WebhookForm } from './webhook-form.tsx';

type Agent = { readonly id: string; readonly handle: string };
type Dialog = { readonly what: 'set' | 'remove'; readonly webhook: WebhookRowFragment | null };

/** Who is called when something of the agent's is held and decided, and what became of the last call. */
export function WebhooksTab({ agent }: { readonly agent: Agent }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentWebhooksDocument,
    variables: { handle: agent.handle },
    requestPolicy: 'cache-and-network',
  });
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const close = () => setDialog(null);
  if (error) return <ErrorNotice error={error} onRetry={reload} />;
  const webhooks = data?.agent?.webhooks;
  if (!webhooks) return fetching ? <Loading /> : null;
  return (
    <>
      <Group justify="space-between" p="md" gap="sm">
        <Text size="sm" className="soft" style={{ flex: '1 1 260px' }}>
          Called when a request is held, when nobody has decided yet, and when it is over.
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconWebhook size={16} aria-hidden />}
          onClick={() => setDialog({ what: 'set', webhook: null })}
        >
          New webhook
        </Button>
      </Group>
      {webhooks.length === 0 ? (
        <Empty title="No webhooks">
          <Text className="soft">Nobody is called when something waits for a decision.</Text>
        </Empty>
      ) : (
        <RowsTable
          label="Webhooks"
          columns={[
            { label: 'Name', isText: true },
            { label: 'Tells', isText: true },
            { label: 'Last call', isText: true },
            { label: 'Change', align: 'right' },
          ]}
          rows={webhooks.map((webhook) => ({
            key: webhook.id,
            attributes: { 'data-webhook': webhook.name },
            isFaint: webhook.disabledAt != null,
            cells: [
              <Stack key="name" gap={0}>
                <LongText>{webhook.name}</LongText>
                <Text component="span" size="xs" className="soft">
                  <LongText>{webhook.url}</LongText>
                </Text>
              </Stack>,
              <Tells key="tells" webhook={webhook} />,
              <LastCall key="last" webhook={webhook} />,
              <Acts key="acts" agentId={agent.id} webhook={webhook} onOpen={(what) => setDialog({ what, webhook })} />,
            ],
          }))}
        />
      )}
      <Modal
        opened={dialog?.what === 'set'}
        onClose={close}
        title={dialog?.webhook ? 'Set this webhook again' : 'New webhook'}
        centered
      >
        {dialog && <WebhookForm agentId={agent.id} webhook={dialog.webhook} onSet={reload} onDone={close} />}
      </Modal>
      <Modal opened={dialog?.what === 'remove'} onClose={close} title="Remove this webhook?" centered>
        {dialog?.webhook && (
          <RemoveForm agentId={agent.id} webhook={dialog.webhook} onRemoved={reload} onDone={close} />
        )}
      </Modal>
    </>
  );
}

const Tells = ({ webhook: { events, includesParams } }: { readonly webhook: WebhookRowFragment }) => (
  <Text component="span" inherit>
    {events.map((event) => EVENT_WORDS[event].short).join(', ')}
    {includesParams && '; with the params'}
  </Text>
);

function LastCall({
  webhook: { disabledAt, lastAt, lastStatus, lastError },
}: {
  readonly webhook: WebhookRowFragment;
}) {
  return (
    <Stack gap={0}>
      {disabledAt != null && (
        <Text component="span" inherit c="var(--bad)">
          Switched off: its receiver answered 410
        </Text>
      )}
      {lastAt == null ? (
        <span className="soft">Not called yet</span>
      ) : (
        <span>
          {lastStatus == null ? 'No answer, ' : `${lastStatus}, `}
          <Time at={lastAt} relative />
        </span>
      )}
      {lastError != null && (
        <Text component="span" size="xs" c="var(--bad)">
          <LongText>{lastError}</LongText>
        </Text>
      )}
    </Stack>
  );
}

type ActsProps = {
  readonly agentId: string;
  readonly webhook: WebhookRowFragment;
  readonly onOpen: (what: Dialog['what']) => void;
};

function Acts({ agentId, webhook: { name }, onOpen }: ActsProps) {
  const { act, isBusy, problem } = useAct(TestWebhookDocument);
  return (
    <Stack gap={4} align="flex-end">
      <Group gap={4} justify="flex-end">
        <Button
          size="xs"
          variant="default"
          loading={isBusy}
          aria-label={`Try ${name}`}
          onClick={() => act({ agentId, name })}
        >
          Try
        </Button>
        <Button size="xs" variant="default" aria-label={`Set again ${name}`} onClick={() => onOpen('set')}>
          Set again
        </Button>
        <Button size="xs" variant="default" aria-label={`Remove ${name}`} onClick={() => onOpen('remove')}>
          Remove
        </Button>
      </Group>
      {problem !== null && <Problem message={problem} />}
    </Stack>
  );
}

type RemoveProps = {
  readonly agentId: string;
  readonly webhook: WebhookRowFragment;
  readonly onRemoved: () => void;
  readonly onDone: () => void;
};

function RemoveForm({ agentId, webhook: { name }, onRemoved, onDone }: RemoveProps) {
  const { act, ...state } = useAct(RemoveWebhookDocument);
  const submit = async () => {
    if (!(await act({ agentId, name }))) return;
    onRemoved();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Remove it" no="Keep it" isDangerous>
      <Text className="wrap-anywhere">
        <strong>{name}</strong> is not called any more, and what was to be told it is dropped.
      </Text>
    </DialogForm>
  );
}
