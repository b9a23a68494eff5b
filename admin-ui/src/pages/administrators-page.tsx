import { Badge, Button, Card, Group, Modal, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
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
  type AdminAccountRowFragment,
  AdminsDocument,
  CreateAdminDocument,
  RemoveAdminDocument,
} from '../generated/graphql.ts';

/** As much as the platform takes. */
const NAME_MAX_LENGTH = 64;

/** Who can log in as an administrator by name, a new one, and the end of one. */
export function AdministratorsPage() {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AdminsDocument,
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const [isMaking, making] = useDisclosure(false);
  const [leaving, setLeaving] = useState<AdminAccountRowFragment | null>(null);
  const own = data?.viewer?.__typename === 'Admin' ? data.viewer.id : null;
  return (
    <>
      <PageHeader
        title="Administrators"
        documentTitle="Administrators"
        hint="Who logs in by name, with a password and a second factor."
        actions={
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={making.open}>
            New administrator
          </Button>
        }
      />
      <Card padding={0}>
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!data && fetching && <Loading />}
        {data?.admins.length === 0 && (
          <Empty title="Nobody logs in by name yet">
            <Text className="soft" maw={560}>
              Everybody shares one password, and the log cannot tell who did what. Make an administrator for each
              person, yourself first.
            </Text>
          </Empty>
        )}
        {data && data.admins.length > 0 && <Admins admins={data.admins} own={own ?? null} onRemove={setLeaving} />}
      </Card>
      <Modal opened={isMaking} onClose={making.close} title="New administrator" centered>
        <CreateForm onCreated={reload} onDone={making.close} />
      </Modal>
      <Modal opened={leaving !== null} onClose={() => setLeaving(null)} title="Remove this administrator?" centered>
        {leaving && (
          <RemoveForm admin={leaving} isOwn={leaving.id === own} onRemoved={reload} onDone={() => setLeaving(null)} />
        )}
      </Modal>
    </>
  );
}

type AdminsProps = {
  readonly admins: readonly AdminAccountRowFragment[];
  /** The id of whoever looks. */
  readonly own: string | null;
  readonly onRemove: (admin: AdminAccountRowFragment) => void;
};

const Admins = ({ admins, own, onRemove }: AdminsProps) => (
  <RowsTable
    label="Administrators"
    columns={[
      { label: 'Name', isText: true },
      { label: 'Login' },
      { label: 'Second factor', isText: true },
      { label: 'Made' },
      { label: 'End', align: 'right' },
    ]}
    rows={admins.map((admin) => ({
      key: admin.id,
      attributes: { 'data-admin': admin.name },
      cells: [
        <Group key="name" gap="xs">
          <LongText>{admin.name}</LongText>
          {admin.id === own && (
            <Badge variant="outline" tt="none" size="sm">
              You
            </Badge>
          )}
        </Group>,
        admin.isComplete ? (
          'Set up'
        ) : (
          <Text key="login" component="span" inherit c="var(--hold)">
            Has not used its link
          </Text>
        ),
        <LongText key="factor">{factorsOf(admin)}</LongText>,
        <Time key="made" at={admin.createdAt} />,
        <Button
          key="end"
          size="xs"
          variant="default"
          aria-label={`Remove ${admin.name}`}
          onClick={() => onRemove(admin)}
        >
          Remove
        </Button>,
      ],
    }))}
  />
);

/** Without PUBLIC_URL the link has no host: then it is the one that is open here. */
const whole = (setupUrl: string): string => new URL(setupUrl, window.location.origin).href;

function CreateForm({ onCreated, onDone }: { readonly onCreated: () => void; readonly onDone: () => void }) {
  const [name, setName] = useState('');
  const { act, answer, ...state } = useAct(CreateAdminDocument);
  if (answer?.__typename === 'CreateAdminSuccess') {
    return (
      <ShownOnce text={whole(answer.setupUrl)} label="the link" onDone={onDone}>
        {'Give this link to '}
        <strong className="wrap-anywhere">{answer.admin.name}</strong>
        {
          ', and to nobody else: whoever opens it first chooses the password and the second factor. It counts once, for 24 hours.'
        }
      </ShownOnce>
    );
  }
  const submit = async () => {
    if (await act({ name: name.trim() })) onCreated();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes="Make the link"
      no="Not now"
      isIncomplete={name.trim() === ''}
    >
      <TextInput
        label="Name"
        description="What it logs in with, and what the log calls it: a–z, 0–9 and . _ @ + -"
        placeholder="ada"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={NAME_MAX_LENGTH}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
      />
    </DialogForm>
  );
}

type RemoveProps = {
  readonly admin: AdminAccountRowFragment;
  readonly isOwn: boolean;
  readonly onRemoved: () => void;
  readonly onDone: () => void;
};

function RemoveForm({ admin, isOwn, onRemoved, onDone }: RemoveProps) {
  const { act, ...state } = useAct(RemoveAdminDocument);
  const submit = async () => {
    if (!(await act({ adminId: admin.id }))) return;
    onRemoved();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Remove" no="Keep it" isDangerous>
      <Text className="wrap-anywhere">
        <strong>{admin.name}</strong>
        {' cannot log in any more, and its sessions end at once, on every node. What it did stays in the log.'}
      </Text>
      {isOwn && <Text fw={600}>This is you: you are logged out.</Text>}
    </DialogForm>
  );
}

/** What it logs in with, besides its password. */
const factorsOf = ({ hasTotp, passkeys }: AdminAccountRowFragment): string =>
  [...(hasTotp ? ['Authenticator app'] : []), ...passkeys.map(({ label }) => label)].join(', ') || '–';
