import { Alert, Button, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useClient } from 'urql';
import { APPROVAL_LOOK } from '../../components/approval-status.tsx';
import { DialogForm } from '../../components/dialog-form.tsx';
import type { Params } from '../../components/json-values.ts';
import { ReasonField } from '../../components/reason-field.tsx';
import { useAct } from '../../components/use-act.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import {
  type ApprovalDetailsFragment,
  ApprovalDocument,
  type ApprovalVerdict,
  DecideApprovalDocument,
} from '../../generated/graphql.ts';
import { type Changed, changesBetween, paramChanges, paramsToDo } from './changes.ts';
import { ChangesList } from './changes-list.tsx';
import { EditParams } from './edit-params.tsx';
import { RememberChoices } from './remember-choices.tsx';
import { Remembered } from './remembered.tsx';
import { useRemember } from './use-remember.ts';

/** What somebody is about to decide: CHANGE approves something else than what was asked, REMEMBER the same from then on. */
export type Choice = ApprovalVerdict | 'CHANGE' | 'REMEMBER';

type Props = {
  /** As it was shown to whoever decides. */
  readonly approval: ApprovalDetailsFragment;
  /** Null while the dialog is closed. */
  readonly choice: Choice | null;
  readonly onDecided: () => void;
  readonly onClose: () => void;
};

const TITLES = {
  APPROVE: 'Approve this request?',
  CHANGE: 'Approve it with changes?',
  REMEMBER: 'Approve it, and the same from then on?',
  DENY: 'Deny this request?',
} as const;

/** Asks before a decision is sent, what to say with it, and whether to remember it. */
export const DecideDialog = ({ choice, onClose, ...props }: Props) => (
  <Modal
    opened={choice !== null}
    onClose={onClose}
    title={choice === null ? '' : TITLES[choice]}
    size={choice === 'CHANGE' || choice === 'REMEMBER' ? 'xl' : 'lg'}
    centered
    closeOnClickOutside={false}
  >
    {choice !== null && <DecideForm key={props.approval.id} choice={choice} onClose={onClose} {...props} />}
  </Modal>
);

type FormProps = Omit<Props, 'choice'> & { readonly choice: Choice };

function DecideForm({ approval, choice, onDecided, onClose }: FormProps) {
  const client = useClient();
  const [comment, setComment] = useState('');
  const [toSender, setToSender] = useState('');
  // What this decision is bound to: what was shown, and after a change what is shown then.
  const [shown, setShown] = useState(approval);
  const [changes, setChanges] = useState<readonly Changed[] | null>(null);
  // What is to be done in place of what was asked; null while it is no JSON object.
  const [params, setParams] = useState<Params | null>(paramsToDo(approval));
  const [sent, setSent] = useState<Params | null>(null);
  const { act, answer, problem, ...state } = useAct(DecideApprovalDocument);
  const isApproval = choice !== 'DENY';
  const isEdit = choice === 'CHANGE';
  const isRemember = choice === 'REMEMBER';
  const remembering = useRemember(shown, isRemember);
  const edits = isEdit && params !== null ? paramChanges(paramsToDo(shown), params) : [];

  const lookAgain = async () => {
    const { data } = await client.query(ApprovalDocument, { id: approval.id }, { requestPolicy: 'network-only' });
    if (!data?.approval || data.approval.digest === shown.digest) return;
    setChanges(changesBetween(shown, data.approval));
    setShown(data.approval);
  };
  const submit = async () => {
    setSent(params);
    const done = await act({
      input: {
        approvalId: shown.id,
        digest: shown.digest,
        verdict: isApproval ? 'APPROVE' : 'DENY',
        params: isEdit ? params : null,
        remember: isRemember ? remembering.input : null,
        comment: comment.trim() || null,
        toSender: toSender.trim() || null,
      },
    });
    if (done) {
      onDecided();
      if (done.rememberedRule == null) onClose();
    } else {
      await lookAgain();
    }
  };

  switch (answer?.__typename) {
    case 'DecideApprovalSuccess':
      return answer.policySet == null ? null : (
        <Remembered version={answer.policySet.version} handle={shown.agent?.handle ?? ''} onClose={onClose} />
      );
    case 'ApprovalDecidedError':
      return (
        <Over title="It was decided meanwhile" onClose={onClose}>
          <Text>{`${APPROVAL_LOOK[answer.status].label}. Yours was not counted.`}</Text>
        </Over>
      );
    case 'RequestRejectedError':
      return (
        <Over title="The rules in force reject it now" onClose={onClose}>
          <Text className="wrap-anywhere">
            <VisibleText>{answer.reason}</VisibleText>
          </Text>
        </Over>
      );
    case 'ApprovalNotFoundError':
      return <Over title="It is not yours to decide, or it is gone." onClose={onClose} />;
  }
  // Also where it was refused for something else: what is bound to now is not what was shown before.
  const isChanged = changes !== null;
  return (
    <DialogForm
      act={{ ...state, problem: isChanged && answer?.__typename === 'ApprovalChangedError' ? null : problem }}
      onSubmit={submit}
      onCancel={onClose}
      yes={yesOf(choice, isChanged)}
      no="Not now"
      isDangerous={!isApproval}
      isIncomplete={(isEdit && edits.length === 0) || (isRemember && !remembering.isCurrent)}
    >
      {changes !== null && <ChangesList title="It changed since you looked: nothing was decided" changes={changes} />}
      <Text className="wrap-anywhere" component="div">
        <VisibleText>{shown.request.action}</VisibleText>
        {', asked by '}
        <VisibleText>{shown.sender.displayName ?? 'a sender that is deleted'}</VisibleText>
        {SENTENCES[choice]}
      </Text>
      {isEdit && (
        <EditParams
          approval={shown}
          edits={edits}
          onChange={setParams}
          issues={params === sent ? state.issues : NO_ISSUES}
        />
      )}
      {isRemember && <RememberChoices approval={shown} remembering={remembering} />}
      <ReasonField
        label="Comment"
        readBy="The agent’s owner reads it."
        value={comment}
        onChange={setComment}
        isFirst={!isEdit && !isRemember}
      />
      <ReasonField
        label="To the sender"
        readBy="The sender reads it, and not who decided."
        placeholder={isApproval ? '' : 'The request was not approved.'}
        value={toSender}
        onChange={setToSender}
        isFirst={false}
      />
    </DialogForm>
  );
}

const NO_ISSUES: readonly [] = [];

const SENTENCES: Readonly<Record<Choice, string>> = {
  APPROVE: '. Its agent gets it with exactly the params that you saw.',
  CHANGE: '. Its agent gets the params that you make of it, and no others; the sender sees both.',
  REMEMBER: '. Its agent gets it with exactly the params that you saw.',
  DENY: '. Its agent never sees it.',
};

function yesOf(choice: Choice, isChanged: boolean): string {
  if (choice === 'CHANGE') return 'Approve with these changes';
  if (choice === 'REMEMBER') return 'Approve and publish the rule';
  return `${choice === 'APPROVE' ? 'Approve' : 'Deny'}${isChanged ? ' as it is now' : ''}`;
}

type OverProps = { readonly title: string; readonly onClose: () => void; readonly children?: React.ReactNode };

/** Nothing is left to decide here. */
const Over = ({ title, onClose, children }: OverProps) => (
  <Stack>
    <Alert
      color="yellow"
      variant="outline"
      role="alert"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={title}
      styles={{ title: { color: 'var(--warn)' } }}
    >
      {children}
    </Alert>
    <Button onClick={onClose} style={{ alignSelf: 'flex-end' }}>
      I see
    </Button>
  </Stack>
);
