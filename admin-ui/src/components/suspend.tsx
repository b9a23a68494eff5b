import { Button, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBan, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { DialogForm } from './dialog-form.tsx';
import { ReasonField } from './reason-field.tsx';

type Act = {
  readonly act: (variables: { id: string; reason: string }) => Promise<unknown>;
  readonly isBusy: boolean;
  readonly problem: string | null;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
};

type Props = {
  readonly id: string;
  readonly isSuspended: boolean;
  /** What is stopped: "sender" or "agent". */
  readonly noun: string;
  /** What happens then. */
  readonly meanwhile: string;
  readonly suspend: Act;
  readonly resume: Act;
  readonly onChanged: () => void;
};

/** Stops a sender or an agent with a reason, and lets it go on. */
export function Suspend({ id, isSuspended, noun, meanwhile, suspend, resume, onChanged }: Props) {
  const [isOpen, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState('');
  // What it was opened for, also while it closes and the other is offered already.
  const [isResuming, setResuming] = useState(isSuspended);
  const { act, ...state } = isResuming ? resume : suspend;
  const submit = async () => {
    if (!(await act({ id, reason: typed.trim() }))) return;
    setTyped('');
    dialog.close();
    onChanged();
  };
  const open = () => {
    setResuming(isSuspended);
    dialog.open();
  };
  const word = isResuming ? 'Resume' : 'Suspend';
  const Icon = isSuspended ? IconPlayerPlay : IconBan;
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon size={16} aria-hidden color={isSuspended ? 'var(--ok)' : 'var(--bad)'} />}
        onClick={open}
      >
        {isSuspended ? 'Resume' : 'Suspend'}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={`${word} this ${noun}?`} centered>
        <DialogForm
          act={state}
          onSubmit={submit}
          onCancel={dialog.close}
          yes={`${word} the ${noun}`}
          no={isResuming ? 'Leave it suspended' : 'Let it go on'}
          isDangerous={!isResuming}
          isIncomplete={!isResuming && typed.trim() === ''}
        >
          <Text>{isResuming ? 'What waits goes on, and new requests are taken again.' : meanwhile}</Text>
          <ReasonField readBy="Administrators read it; nobody else is told." value={typed} onChange={setTyped} />
        </DialogForm>
      </Modal>
    </>
  );
}
