import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import { DialogForm } from '../components/dialog-form.tsx';
import { ShownOnce } from '../components/shown-once.tsx';
import { Time } from '../components/time.tsx';
import { useAct } from '../components/use-act.ts';
import { type KeyFragment, RotateKeyDocument } from '../generated/graphql.ts';
import { OVERLAPS } from './key-lifetimes.ts';

type Props = { readonly apiKey: KeyFragment; readonly onRotated: () => void; readonly onDone: () => void };

/** Makes a key like the one that there is, which works on for a while beside it. */
export function RotateKey({ apiKey, onRotated, onDone }: Props) {
  const [overlap, setOverlap] = useState('86400');
  const { act, answer, ...state } = useAct(RotateKeyDocument);
  if (answer?.__typename === 'RotateApiKeySuccess') {
    const { expiresAt } = answer.former;
    return (
      <ShownOnce text={answer.apiKey} label="the key" onDone={onDone}>
        {'It may do what the former key may. The former one ends '}
        {expiresAt ? <Time at={expiresAt} /> : 'now'}
        {'.'}
      </ShownOnce>
    );
  }
  const submit = async () => {
    if (await act({ apiKeyId: apiKey.id, overlapSeconds: Number(overlap) })) onRotated();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Make the new key" no="Keep the old one">
      <Text>
        {'A new key with the same label, and with what '}
        <span className="mono">{`${apiKey.prefix}…`}</span>
        {' may do. Put it where the old one is used; then the old one ends by itself.'}
      </Text>
      <Select
        label="The old key works on for"
        data={OVERLAPS}
        value={overlap}
        onChange={(value) => setOverlap(value ?? overlap)}
        allowDeselect={false}
        data-autofocus
      />
    </DialogForm>
  );
}
