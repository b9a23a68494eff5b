import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm } from '../components/dialog-form.tsx';
import { ShownOnce } from '../components/shown-once.tsx';
import { useAct } from '../components/use-act.ts';
import { type ApiKeyKind, CreateKeyDocument } from '../generated/graphql.ts';
import { endOf, LIFETIMES } from './key-lifetimes.ts';
import { SCOPES_OF, scopeWords, WORKER_SCOPES } from './scopes.ts';

/** Whom a key speaks for; without an id whoever is logged in. */
export type KeyHolder = { readonly kind: ApiKeyKind; readonly id: string };

/** As much as the platform takes. */
const LABEL_MAX_LENGTH = 100;

const FIELD = { AGENT: 'agentId', SENDER: 'senderId', OWNER: 'ownerId', APPROVER: 'approverId' } as const;

type Props = {
  readonly holder: KeyHolder;
  readonly whose: string;
  readonly onMade: () => void;
  readonly onDone: () => void;
};

/** Makes a key for somebody, with all that its kind may or less. */
export function NewKey({ holder, whose, onMade, onDone }: Props) {
  const possible: readonly string[] = SCOPES_OF[holder.kind];
  const [label, setLabel] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>(possible);
  const [days, setDays] = useState('');
  const { act, answer, ...state } = useAct(CreateKeyDocument);
  if (answer?.__typename === 'CreateApiKeySuccess') {
    return (
      <ShownOnce text={answer.apiKey} label="the key" onDone={onDone}>
        {`Whoever has this key speaks for ${whose}.`}
      </ShownOnce>
    );
  }
  const isWhole = scopes.length === possible.length;
  const submit = async () => {
    const made = await act({
      input: {
        [FIELD[holder.kind]]: holder.id,
        label: label.trim() || null,
        expiresAt: endOf(days, new Date()),
        ...(!isWhole && { scopes: [...scopes] }),
      },
    });
    if (made) onMade();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes="Make the key"
      no="Not now"
      isIncomplete={scopes.length === 0}
    >
      <TextInput
        label="Label"
        description="What it is for, so that it can be told from others."
        placeholder="Worker on host 3"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        maxLength={LABEL_MAX_LENGTH}
        data-autofocus
      />
      <Checkbox.Group
        label="What it may do"
        value={[...scopes]}
        onChange={(chosen) => setScopes(possible.filter((scope) => chosen.includes(scope)))}
      >
        <Stack gap={6} mt={6}>
          {possible.map((scope) => (
            <Checkbox key={scope} value={scope} label={scopeWords(scope)} description={scope} />
          ))}
        </Stack>
      </Checkbox.Group>
      {holder.kind === 'AGENT' && (
        <Group gap="xs">
          <Button variant="default" size="compact-sm" onClick={() => setScopes(WORKER_SCOPES)}>
            Only what a worker needs
          </Button>
          <Text size="xs" className="soft" style={{ flex: '1 1 200px' }}>
            It cannot remove the rules that hold requests for a human.
          </Text>
        </Group>
      )}
      <Select
        label="Valid for"
        data={LIFETIMES}
        value={days}
        onChange={(value) => setDays(value ?? '')}
        allowDeselect={false}
      />
    </DialogForm>
  );
}
