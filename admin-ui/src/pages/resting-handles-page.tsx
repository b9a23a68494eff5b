import { Button, Card, Modal, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Copyable } from '../components/copyable.tsx';
import { DialogForm } from '../components/dialog-form.tsx';
import { TextFilter } from '../components/list-filters.tsx';
import { LongText } from '../components/long-text.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { RowsTable } from '../components/rows-table.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { useAct } from '../components/use-act.ts';
import { ReleaseHandleDocument, RestingHandlesDocument, type RestingHandlesQuery } from '../generated/graphql.ts';

const BACK = { href: '/', label: 'Agents' };
/** As many as the platform lists. */
const LISTED_MAX = 100;

type RestingHandle = RestingHandlesQuery['restingHandles'][number];

/** Handles of deleted agents that only their former owners may register for now, and letting anybody have one. */
export function RestingHandlesPage() {
  const state = useQueryState();
  const beginning = state.read('beginning');
  const [{ data, error, fetching }, refetch] = useQuery({
    query: RestingHandlesDocument,
    variables: { beginning: beginning || null },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const [releasing, setReleasing] = useState<RestingHandle | null>(null);
  const resting = data?.restingHandles;
  return (
    <>
      <PageHeader
        title="Resting handles"
        documentTitle="Resting handles"
        back={BACK}
        hint="Handles of deleted agents: only its former owner may register one, so that nobody else gets what is meant for it."
      />
      <Card padding={0}>
        <TextFilter
          {...state}
          name="beginning"
          p="md"
          label="Begins with"
          leftSection={<IconSearch size={16} aria-hidden />}
          spellCheck={false}
        />
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!resting && fetching && <Loading />}
        {resting?.length === 0 && (
          <Empty title={beginning === '' ? 'No handle rests' : 'No resting handle begins so'}>
            <Text className="soft">Each rests from when its agent is deleted, for HANDLE_QUARANTINE_DAYS.</Text>
          </Empty>
        )}
        {resting && resting.length > 0 && (
          <RowsTable
            label="Resting handles"
            columns={[
              { label: 'Handle', isText: true },
              { label: 'Whose', isText: true },
              { label: 'Deleted' },
              { label: 'Rests until' },
              { label: 'Release', align: 'right' },
            ]}
            rows={resting.map((each) => rowOf(each, setReleasing))}
          />
        )}
        {resting?.length === LISTED_MAX && (
          <Text size="sm" className="soft" p="md">
            {`These are the last ${LISTED_MAX}. Say how the handle begins to find an older one.`}
          </Text>
        )}
      </Card>
      <Modal opened={releasing !== null} onClose={() => setReleasing(null)} title="Release this handle?" centered>
        {releasing && <ReleaseForm resting={releasing} onReleased={reload} onDone={() => setReleasing(null)} />}
      </Modal>
    </>
  );
}

const rowOf = (resting: RestingHandle, onRelease: (resting: RestingHandle) => void) => ({
  key: resting.handle,
  attributes: { 'data-resting': resting.handle } as const,
  cells: [
    <LongText key="handle">{resting.handle}</LongText>,
    resting.owner == null ? (
      <span key="owner" className="soft">
        Nobody’s
      </span>
    ) : (
      <Copyable key="owner" text={resting.owner.id} label="the owner's id" />
    ),
    <Time key="freed" at={resting.freedAt} relative />,
    <Time key="until" at={resting.restsUntil} />,
    <Button
      key="release"
      size="xs"
      variant="default"
      aria-label={`Release ${resting.handle}`}
      onClick={() => onRelease(resting)}
    >
      Release
    </Button>,
  ],
});

type ReleaseProps = {
  readonly resting: RestingHandle;
  readonly onReleased: () => void;
  readonly onDone: () => void;
};

function ReleaseForm({ resting: { handle, owner }, onReleased, onDone }: ReleaseProps) {
  const { act, ...state } = useAct(ReleaseHandleDocument);
  const submit = async () => {
    if (!(await act({ handle }))) return;
    onReleased();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Release it" no="Let it rest" isDangerous>
      <Text className="wrap-anywhere" component="div">
        {'Anybody may register '}
        <strong>{handle}</strong>
        {' from then on, and gets what senders who remember it go on sending.'}
        {owner != null && ' Its former owner could register it again without that.'}
      </Text>
    </DialogForm>
  );
}
