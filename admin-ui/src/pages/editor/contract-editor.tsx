import { JsonInput, type JsonInputProps, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useClient } from 'urql';
import { HINTS } from '../../components/said.ts';
import { type ContractFragment, PublishContractDocument } from '../../generated/graphql.ts';
import { DocumentEditor } from './document-editor.tsx';
import {
  type CapabilityDraft,
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
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
          <TextInput
            label="Action"
            placeholder="calendar.schedule"
            value={capability.action}
            onChange={({ currentTarget }) => change({ action: currentTarget.value })}
            spellCheck={false}
            styles={MONOSPACE}
          />
          <TextInput
            label="Title"
            placeholder="Schedule a meeting"
            value={capability.title}
            onChange={({ currentTarget }) => change({ title: currentTarget.value })}
          />
        </SimpleGrid>
        <Textarea
          label="Description"
          value={capability.description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          autosize
          minRows={1}
          maxRows={6}
        />
        <JsonField
          label="Params schema (JSON Schema)"
          value={capability.paramsSchema}
          onChange={(paramsSchema) => change({ paramsSchema })}
          minRows={4}
          maxRows={20}
        />
        <JsonField
          label="Constraints"
          description="max_<param> and min_<param>, both inclusive"
          value={capability.constraints}
          onChange={(constraints) => change({ constraints })}
          minRows={1}
          maxRows={8}
        />
        <More capability={capability} change={change} />
      </Stack>
    )}
  </Rows>
);

/** JSON as it is written, which need not be any yet. */
const JsonField = (props: JsonInputProps) => (
  <JsonInput validationError="This is no JSON." autosize spellCheck={false} styles={MONOSPACE} {...props} />
);

type MoreProps = {
  readonly capability: CapabilityDraft;
  readonly change: (change: Partial<CapabilityDraft>) => void;
};

/** What a capability need not say: of its result, and for whoever decides whether to ask for it. */
const More = ({ capability, change }: MoreProps) => (
  <>
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
      <Select
        label="Result format"
        data={RESULT_FORMATS}
        value={capability.resultFormat}
        allowDeselect={false}
        onChange={(format) => change({ resultFormat: format === 'CONTENT' ? 'CONTENT' : 'JSON' })}
      />
      <TextInput
        label="Text param"
        placeholder="None"
        value={capability.textParam}
        onChange={({ currentTarget }) => change({ textParam: currentTarget.value })}
        spellCheck={false}
        styles={MONOSPACE}
      />
    </SimpleGrid>
    <JsonField
      label="Result schema (JSON Schema)"
      description="Empty where nothing is said of the result"
      value={capability.resultSchema}
      onChange={(resultSchema) => change({ resultSchema })}
      minRows={1}
      maxRows={20}
    />
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xs">
      {HINTS.map(({ name, word }) => (
        <Select
          key={name}
          label={word.replace(/^./, (letter) => letter.toUpperCase())}
          data={HINT_VALUES}
          value={String(capability.hints[name] ?? null)}
          allowDeselect={false}
          onChange={(said) => change({ hints: { ...capability.hints, [name]: JSON.parse(said ?? 'null') } })}
        />
      ))}
    </SimpleGrid>
  </>
);

const RESULT_FORMATS = [
  { value: 'JSON', label: 'Any JSON' },
  { value: 'CONTENT', label: 'Blocks of content' },
];

/** By their JSON. */
const HINT_VALUES = [
  { value: 'null', label: 'Not said' },
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];
