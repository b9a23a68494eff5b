import { Checkbox, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { ShownOnce } from '../../../components/shown-once.tsx';
import { useAct } from '../../../components/use-act.ts';
import { SetWebhookDocument, type WebhookEvent, type WebhookRowFragment } from '../../../generated/graphql.ts';

/** As much as the platform takes. */
const NAME_MAX_LENGTH = 64;
const URL_MAX_LENGTH = 2_048;

/** What is told, for people. */
export const EVENT_WORDS: Readonly<Record<WebhookEvent, { readonly short: string; readonly long: string }>> = {
  APPROVAL_REQUESTED: { short: 'held', long: 'A request is held' },
  APPROVAL_REMINDER: { short: 'reminders', long: 'Nobody has decided yet: at half of the time, and at nine tenths' },
  APPROVAL_RESOLVED: { short: 'decided', long: 'It is over: approved, denied, expired, cancelled or rejected' },
  AGENT_QUARANTINED: { short: 'quarantine', long: 'Its contract or policies take too much computing' },
};
const EVENTS = Object.keys(EVENT_WORDS) as WebhookEvent[];

type Props = {
  readonly agentId: string;
  /** The one that is set again; null for a new one. */
  readonly webhook: WebhookRowFragment | null;
  readonly onSet: () => void;
  readonly onDone: () => void;
};

/** Says who is called for what. Set again it is signed with another secret. */
export function WebhookForm({ agentId, webhook, onSet, onDone }: Props) {
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<readonly WebhookEvent[]>(webhook?.events ?? EVENTS);
  const [includesParams, setIncludesParams] = useState(webhook?.includesParams ?? false);
  const { act, answer, ...state } = useAct(SetWebhookDocument);
  if (answer?.__typename === 'SetWebhookSuccess') {
    return (
      <ShownOnce text={answer.secret} label="the secret" onDone={onDone}>
        Messages are signed with this secret, by Standard Webhooks. Give it to the receiver, which then knows that they
        are ours.
        {webhook !== null && ' For a day they are signed with the former one as well.'}
      </ShownOnce>
    );
  }
  const submit = async () => {
    const input = { agentId, name: name.trim(), url: url.trim(), events: [...events], includesParams };
    if (await act({ input })) onSet();
  };
  return (
    <DialogForm
      act={state}
      onSubmit={submit}
      onCancel={onDone}
      yes={webhook === null ? 'Set it' : 'Set it with a new secret'}
      no="Not now"
      isIncomplete={name.trim() === '' || url.trim() === '' || events.length === 0}
    >
      {webhook === null && (
        <TextInput
          label="Name"
          description="a–z, 0–9 and . _ -"
          placeholder="chat-bot"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={NAME_MAX_LENGTH}
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
      )}
      <TextInput
        label="Address"
        description="https, and no private address"
        placeholder="https://hooks.example.com/approvals"
        type="url"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        maxLength={URL_MAX_LENGTH}
        spellCheck={false}
      />
      <Checkbox.Group
        label="What is told"
        value={[...events]}
        onChange={(chosen) => setEvents(EVENTS.filter((event) => chosen.includes(event)))}
      >
        <Stack gap={6} mt={6}>
          {EVENTS.map((event) => (
            <Checkbox key={event} value={event} label={EVENT_WORDS[event].long} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Switch
        label="With the params that were asked"
        checked={includesParams}
        onChange={(event) => setIncludesParams(event.currentTarget.checked)}
      />
      <Text size="xs" className="soft">
        Params are what strangers sent; leave them out where the receiver does not need them.
      </Text>
    </DialogForm>
  );
}
