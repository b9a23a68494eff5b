import { Button, Modal, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { DialogForm } from '../../components/dialog-form.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { Empty, ErrorNotice, Loading } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { useAct } from '../../components/use-act.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import {
  type ApprovalDetailsFragment,
  ApproversToLinkDocument,
  CreateApprovalLinkDocument,
} from '../../generated/graphql.ts';

type Approver = {
  readonly id: string;
  readonly displayName: string;
  /** Of those that are not the viewer's to manage it is not known. */
  readonly email: string | null | undefined;
};

type Props = { readonly approval: ApprovalDetailsFragment; readonly agent: { readonly handle: string } };

/** For the owner: an address by which one approver decides about this without a login, to be sent whichever way there is. */
export function MakeLink(props: Props) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        mt="md"
        w="fit-content"
        leftSection={<IconLink size={16} aria-hidden />}
        onClick={dialog.open}
      >
        Link for an approver
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="A link for one approver" size="lg" centered>
        <ChooseApprover {...props} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function ChooseApprover({ approval, agent: { handle }, onDone }: Props & { readonly onDone: () => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: ApproversToLinkDocument,
    variables: { handle },
    requestPolicy: 'cache-and-network',
  });
  if (error) return <ErrorNotice error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data?.agent) return fetching ? <Loading /> : null;
  const { action } = approval.request;
  const emails = new Map(data.agent.managed.map(({ id, email }) => [id, email]));
  const approvers = data.agent.approvers
    .filter(({ actions }) => actions?.includes(action) ?? true)
    .map(({ id, displayName }) => ({ id, displayName, email: emails.get(id) }));
  if (approvers.length > 0) return <LinkForm approval={approval} approvers={approvers} onDone={onDone} />;
  return (
    <Empty title="No approver decides about this action">
      <Text className="soft">
        {'Make one '}
        <Link href={`/agents/${handle}?tab=approvers`} className="row-link">
          among the approvers of the agent
        </Link>
        .
      </Text>
    </Empty>
  );
}

type FormProps = {
  readonly approval: ApprovalDetailsFragment;
  readonly approvers: readonly Approver[];
  readonly onDone: () => void;
};

function LinkForm({ approval, approvers, onDone }: FormProps) {
  const [approverId, setApproverId] = useState(approvers.length === 1 ? (approvers[0]?.id ?? null) : null);
  const { act, answer, ...state } = useAct(CreateApprovalLinkDocument);
  const chosen = approvers.find(({ id }) => id === approverId);
  if (answer?.__typename === 'CreateApprovalLinkSuccess' && chosen) {
    // Where the platform is not told its own address, it is the one that this page has.
    return (
      <ShownOnce text={new URL(answer.url, window.location.origin).href} label="the link" onDone={onDone}>
        {'Whoever has it decides as '}
        <strong className="wrap-anywhere">
          <VisibleText>{chosen.displayName}</VisibleText>
        </strong>
        {': send it to nobody else. It leads somewhere until this is decided, or until '}
        <Time at={answer.expiresAt} />
        {'.'}
      </ShownOnce>
    );
  }
  const submit = async () => {
    if (approverId !== null) await act({ input: { approvalId: approval.id, approverId } });
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes="Make the link"
      no="Not now"
      isIncomplete={chosen === undefined}
    >
      <Text size="sm">
        It shows one approver what is asked and takes the answer, without a login. Opening it decides nothing. Of one
        approver the last ten are good.
      </Text>
      <Select
        label="Approver"
        placeholder="Choose"
        data={approvers.map(({ id, displayName, email }) => ({
          value: id,
          label: email == null ? displayName : `${displayName}, ${email}`,
        }))}
        value={approverId}
        onChange={setApproverId}
        searchable={approvers.length > 5}
        allowDeselect={false}
        data-autofocus
      />
    </DialogForm>
  );
}
