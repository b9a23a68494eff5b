import { TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { ShownOnce } from '../../../components/shown-once.tsx';
import { useAct } from '../../../components/use-act.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { CreateApproverDocument } from '../../../generated/graphql.ts';

/** As much as the platform takes. */
const NAME_MAX_LENGTH = 200;
const EMAIL_MAX_LENGTH = 254;
const ACTIONS_MAX = 256;
const AGENTS_MAX = 99;

type Props = {
  readonly agentId: string;
  /** What the agent offers. */
  readonly actions: readonly string[];
  readonly onMade: () => void;
  readonly onDone: () => void;
};

/** Makes somebody an approver, for all actions or some. */
export function NewApprover({ agentId, actions, onMade, onDone }: Props) {
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [only, setOnly] = useState<string[]>([]);
  const [others, setOthers] = useState<string[]>([]);
  const { act, answer, ...state } = useAct(CreateApproverDocument);
  if (answer?.__typename === 'CreateApproverSuccess') {
    return (
      <ShownOnce text={answer.apiKey} label="the key" onDone={onDone}>
        {'The key of '}
        <VisibleText>{answer.approver.displayName}</VisibleText>
        {`. With it one logs in at ${window.location.origin}/admin and decides, or lets a program decide.`}
      </ShownOnce>
    );
  }
  const submit = async () => {
    const input = {
      agentIds: [agentId, ...others],
      displayName: displayName.trim(),
      email: email.trim() || null,
      actions: only.length === 0 ? null : only,
    };
    if (await act({ input })) onMade();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes="Make the approver"
      no="Not now"
      isIncomplete={displayName.trim() === ''}
    >
      <TextInput
        label="Name"
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
        maxLength={NAME_MAX_LENGTH}
        data-autofocus
      />
      <TextInput
        label="E-mail"
        description="Where it is told of what waits, if the platform sends mail. May be left empty."
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        maxLength={EMAIL_MAX_LENGTH}
        inputMode="email"
      />
      <TagsInput
        label="Only these actions"
        description="Every action when left empty."
        data={[...actions]}
        value={only}
        onChange={setOnly}
        maxTags={ACTIONS_MAX}
        acceptValueOnBlur
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the actions' }}
      />
      <TagsInput
        label="For these agents as well"
        description="By handle."
        value={others}
        onChange={setOthers}
        maxTags={AGENTS_MAX}
        acceptValueOnBlur
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the agents' }}
      />
    </DialogForm>
  );
}
