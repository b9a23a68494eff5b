import { JsonInput, Stack, Textarea, TextInput } from '@mantine/core';
import { useClient } from 'urql';
import { type ContractFragment, PublishContractDocument } from '../../generated/graphql.ts';
import { DocumentEditor } from './document-editor.tsx';
import {
  type ContractDraft,
  contractDraftOf,
  contractFromDraft,
  contractFromText,
  contractInputOf,
  newCapability,
} from './draft.ts';
import { findingsOf } from './published.ts';
import { Rows } from './rows.tsx';

type Props = {
  readonly agentId: string;
  readonly contract: ContractFragment | null;
  readonly onPublished: () => void;
  readonly onClose: () => void;
};

const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };

/** Writes what an agent offers, checks it against its rules, and publishes it. */
export function ContractEditor({ agentId, contract, onPublished, onClose }: Props) {
  const client = useClient();
  return (
    <DocumentEditor
      label="Contract"
      initial={contractInputOf(contract)}
      draftOf={contractDraftOf}
      fromDraft={contractFromDraft}
      fromText={contractFromText}
      form={(draft, onChange) => <ContractForm draft={draft} onChange={onChange} />}
      publish={async ({ capabilities }, check) => {
        const { data, error } = await client.mutation(PublishContractDocument, {
          input: { agentId, capabilities, check },
        });
        const answer = data?.publishCapabilities;
        const version = answer?.__typename === 'PublishCapabilitiesSuccess' ? (answer.contract?.version ?? null) : null;
        if (version !== null) onPublished();
        return findingsOf(answer, error, version);
      }}
      onClose={onClose}
    />
  );
}

type FormProps = { readonly draft: ContractDraft; readonly onChange: (draft: ContractDraft) => void };

const ContractForm = ({ draft, onChange }: FormProps) => (
  <Rows
    rows={draft.capabilities}
    noun="Capability"
    create={newCapability}
    onChange={(capabilities) => onChange({ capabilities })}
  >
    {(capability, change) => (
      <Stack gap="xs">
        <TextInput
          label="Action"
          placeholder="calendar.schedule"
          value={capability.action}
          onChange={({ currentTarget }) => change({ action: currentTarget.value })}
          spellCheck={false}
          styles={MONOSPACE}
        />
        <Textarea
          label="Description"
          value={capability.description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          autosize
          minRows={1}
          maxRows={6}
        />
        <JsonInput
          label="Params schema (JSON Schema)"
          value={capability.paramsSchema}
          onChange={(paramsSchema) => change({ paramsSchema })}
          validationError="This is no JSON."
          autosize
          minRows={4}
          maxRows={20}
          spellCheck={false}
          styles={MONOSPACE}
        />
        <JsonInput
          label="Constraints"
          description="max_<param> and min_<param>, both inclusive"
          value={capability.constraints}
          onChange={(constraints) => change({ constraints })}
          validationError="This is no JSON."
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          styles={MONOSPACE}
        />
      </Stack>
    )}
  </Rows>
);
