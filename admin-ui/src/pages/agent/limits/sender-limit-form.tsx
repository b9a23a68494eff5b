import { SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { NumberField, numberOf, type Typed } from '../../../components/number-field.tsx';
import { ReasonField } from '../../../components/reason-field.tsx';
import { useAct } from '../../../components/use-act.ts';
import { type SenderLimitRowFragment, SetSenderLimitDocument } from '../../../generated/graphql.ts';

/** As much as the platform takes. */
const MAX = 1_000_000;
const OPEN_MAX = 10_000;

type Props = {
  readonly agentId: string;
  /** The one that is changed; null for another sender. */
  readonly limit: SenderLimitRowFragment | null;
  readonly onSet: () => void;
  readonly onDone: () => void;
};

/** Blocks a sender at the agent, or gives it numbers of its own. */
export function SenderLimitForm({ agentId, limit, onSet, onDone }: Props) {
  const [senderId, setSenderId] = useState(limit?.senderId ?? '');
  const [blocked, setBlocked] = useState(limit?.blocked ?? true);
  const [perMinute, setPerMinute] = useState<Typed>(limit?.perMinute ?? '');
  const [perDay, setPerDay] = useState<Typed>(limit?.perDay ?? '');
  const [open, setOpen] = useState<Typed>(limit?.open ?? '');
  const [reason, setReason] = useState(limit?.reason ?? '');
  const { act, ...state } = useAct(SetSenderLimitDocument);
  const submit = async () => {
    const numbers = { perMinute: numberOf(perMinute), perDay: numberOf(perDay), open: numberOf(open) };
    const input = { agentId, senderId: senderId.trim(), blocked, reason: reason.trim() || null, ...numbers };
    if (!(await act({ input }))) return;
    onSet();
    onDone();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes={blocked ? 'Block it' : 'Set its limits'}
      no="Not now"
      isDangerous={blocked}
      isIncomplete={senderId.trim() === ''}
    >
      {limit === null && (
        <TextInput
          label="Sender"
          description="Its id, as its requests carry it."
          value={senderId}
          onChange={(event) => setSenderId(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      <Switch
        label="Blocked"
        description="Its requests to this agent are refused; what waits is not delivered while it is."
        checked={blocked}
        onChange={(event) => setBlocked(event.currentTarget.checked)}
      />
      {!blocked && (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <NumberField
            label="A minute"
            placeholder="Like others"
            min={1}
            max={MAX}
            value={perMinute}
            onChange={setPerMinute}
          />
          <NumberField label="A day" placeholder="Like others" min={1} max={MAX} value={perDay} onChange={setPerDay} />
          <NumberField
            label="Unfinished"
            placeholder="Like others"
            min={1}
            max={OPEN_MAX}
            value={open}
            onChange={setOpen}
          />
        </SimpleGrid>
      )}
      <ReasonField
        readBy="For you and administrators: the sender is not told."
        value={reason}
        onChange={setReason}
        isFirst={false}
      />
    </DialogForm>
  );
}
