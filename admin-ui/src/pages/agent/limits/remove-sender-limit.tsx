import { Text } from '@mantine/core';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { useAct } from '../../../components/use-act.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { RemoveSenderLimitDocument, type SenderLimitRowFragment } from '../../../generated/graphql.ts';

type Props = {
  readonly agentId: string;
  readonly limit: SenderLimitRowFragment;
  readonly onRemoved: () => void;
  readonly onDone: () => void;
};

/** Takes a block, or numbers of its own, from a sender. */
export function RemoveSenderLimit({ agentId, limit, onRemoved, onDone }: Props) {
  const { act, ...state } = useAct(RemoveSenderLimitDocument);
  const submit = async () => {
    if (!(await act({ agentId, senderId: limit.senderId }))) return;
    onRemoved();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Remove it" no="Leave it">
      <Text className="wrap-anywhere">
        <VisibleText>{limit.senderName ?? limit.senderId}</VisibleText>
        {limit.blocked
          ? ' may ask this agent again, and what waits of it goes on.'
          : ' has the limits of every other sender.'}
      </Text>
    </DialogForm>
  );
}
