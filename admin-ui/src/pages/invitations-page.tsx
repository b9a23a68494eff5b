import { Badge, Button, Card, Modal, NumberInput, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTicket } from '@tabler/icons-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { DialogForm } from '../components/dialog-form.tsx';
import { LongText } from '../components/long-text.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { RowsTable } from '../components/rows-table.tsx';
import { ShownOnce } from '../components/shown-once.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { useAct } from '../components/use-act.ts';
import {
  CreateInvitationDocument,
  type InvitationRowFragment,
  InvitationsDocument,
  RevokeInvitationDocument,
} from '../generated/graphql.ts';

/** As many as the platform takes. */
const USES_MAX = 10_000;
const DAY_MS = 86_400_000;

const LIFETIMES = [
  { value: '1', label: 'A day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
] as const;

/** Codes with which strangers may register where registration is by invitation. */
export function InvitationsPage() {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: InvitationsDocument,
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const [isMaking, making] = useDisclosure(false);
  const [revoking, setRevoking] = useState<InvitationRowFragment | null>(null);
  return (
    <>
      <PageHeader
        title="Invitations"
        documentTitle="Invitations"
        hint="Codes with which agents and senders register where REGISTRATION is “invite”."
        actions={
          <Button leftSection={<IconTicket size={16} aria-hidden />} onClick={making.open}>
            New invitation
          </Button>
        }
      />
      <Card padding={0}>
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!data && fetching && <Loading />}
        {data?.invitations.length === 0 && (
          <Empty title="No invitations">
            <Text className="soft">Make one for whoever is to register, and give it the code.</Text>
          </Empty>
        )}
        {data && data.invitations.length > 0 && (
          <RowsTable
            label="Invitations"
            columns={[
              { label: 'State' },
              { label: 'Uses left', align: 'right' },
              { label: 'Expires' },
              { label: 'Made by', isText: true },
              { label: 'Made' },
              { label: 'End', align: 'right' },
            ]}
            rows={data.invitations.map((invitation) => rowOf(invitation, setRevoking))}
          />
        )}
      </Card>
      <Modal opened={isMaking} onClose={making.close} title="New invitation" centered>
        <CreateForm onCreated={reload} onDone={making.close} />
      </Modal>
      <Modal opened={revoking !== null} onClose={() => setRevoking(null)} title="Revoke this invitation?" centered>
        {revoking && <RevokeForm invitation={revoking} onRevoked={reload} onDone={() => setRevoking(null)} />}
      </Modal>
    </>
  );
}

type State = 'Open' | 'Revoked' | 'Expired' | 'Used up';

function stateOf({ revokedAt, expiresAt, usesLeft }: InvitationRowFragment): State {
  if (revokedAt) return 'Revoked';
  if (usesLeft === 0) return 'Used up';
  return Date.parse(expiresAt) <= Date.now() ? 'Expired' : 'Open';
}

function rowOf(invitation: InvitationRowFragment, onRevoke: (invitation: InvitationRowFragment) => void) {
  const state = stateOf(invitation);
  const color = state === 'Open' ? 'var(--ok)' : 'var(--calm)';
  return {
    key: invitation.id,
    attributes: { 'data-invitation': invitation.id } as const,
    cells: [
      <Badge key="state" variant="outline" tt="none" styles={{ root: { color, borderColor: color } }}>
        {state}
      </Badge>,
      `${invitation.usesLeft.toLocaleString()} of ${invitation.uses.toLocaleString()}`,
      <Time key="expires" at={invitation.expiresAt} />,
      <LongText key="by">{invitation.createdBy}</LongText>,
      <Time key="made" at={invitation.createdAt} relative />,
      state === 'Open' ? (
        <Button key="end" size="xs" variant="default" onClick={() => onRevoke(invitation)}>
          Revoke
        </Button>
      ) : (
        '–'
      ),
    ],
  };
}

function CreateForm({ onCreated, onDone }: { readonly onCreated: () => void; readonly onDone: () => void }) {
  const [uses, setUses] = useState<number | string>(1);
  const [days, setDays] = useState('7');
  const { act, answer, ...state } = useAct(CreateInvitationDocument);
  if (answer?.__typename === 'CreateInvitationSuccess') {
    const { invitation } = answer;
    return (
      <ShownOnce text={answer.code} label="the code" onDone={onDone}>
        {`${invitation.uses === 1 ? 'One registration' : `${invitation.uses.toLocaleString()} registrations`} with this code, as “invitation” of registerAgent or registerSender, until `}
        <Time at={invitation.expiresAt} />
        {'.'}
      </ShownOnce>
    );
  }
  const submit = async () => {
    const expiresAt = new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    if (await act({ uses: Number(uses), expiresAt })) onCreated();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes="Make the code"
      no="Not now"
      isIncomplete={uses === ''}
    >
      <NumberInput
        label="How many may register with it"
        value={uses}
        onChange={setUses}
        min={1}
        max={USES_MAX}
        allowDecimal={false}
        data-autofocus
      />
      <Select
        label="Valid for"
        data={LIFETIMES}
        value={days}
        onChange={(value) => setDays(value ?? days)}
        allowDeselect={false}
      />
    </DialogForm>
  );
}

type RevokeProps = {
  readonly invitation: InvitationRowFragment;
  readonly onRevoked: () => void;
  readonly onDone: () => void;
};

function RevokeForm({ invitation, onRevoked, onDone }: RevokeProps) {
  const { act, ...state } = useAct(RevokeInvitationDocument);
  const submit = async () => {
    if (!(await act({ invitationId: invitation.id }))) return;
    onRevoked();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Revoke it" no="Keep it" isDangerous>
      <Text>Nobody can register with its code any more. Whoever has registered stays.</Text>
    </DialogForm>
  );
}
