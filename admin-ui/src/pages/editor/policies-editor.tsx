import { Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useClient } from 'urql';
import { type PoliciesFragment, type PolicyAction, PublishPoliciesDocument } from '../../generated/graphql.ts';
import { ACTION_LOOK } from '../agent/policy-table.tsx';
import { RuleLimitsLine } from '../agent/rule-limits.tsx';
import { DocumentEditor } from './document-editor.tsx';
import {
  changedRule,
  DEFAULT_ACTIONS,
  newRule,
  POLICY_ACTIONS,
  type PoliciesDraft,
  policiesDraftOf,
  policiesFromDraft,
  policiesFromText,
  policiesInputOf,
  type RuleDraft,
} from './draft.ts';
import { findingsOf } from './published.ts';
import { ReplayButton, ReplayResult } from './replay.tsx';
import { Rows } from './rows.tsx';

type Props = {
  readonly agentId: string;
  readonly policies: PoliciesFragment | null;
  readonly onPublished: () => void;
  readonly onClose: () => void;
};

const choiceOf = (value: PolicyAction) => ({ value, label: ACTION_LOOK[value].label });
const ACTIONS = POLICY_ACTIONS.map(choiceOf);
const DEFAULTS = DEFAULT_ACTIONS.map(choiceOf);
const LANGUAGES = [
  { value: 'cel', label: 'CEL' },
  { value: 'condition', label: 'Condition' },
];
const PLACEHOLDER = { cel: 'params.attendees.size() > 10', condition: 'params_amount > 100' } as const;

/** Writes an agent's rules, checks them against its contract, tries them on its past requests, and publishes them. */
export function PoliciesEditor({ agentId, policies, onPublished, onClose }: Props) {
  const client = useClient();
  return (
    <DocumentEditor
      label="Policies"
      initial={policiesInputOf(policies)}
      draftOf={policiesDraftOf}
      fromDraft={policiesFromDraft}
      fromText={policiesFromText}
      form={(draft, onChange) => <PoliciesForm draft={draft} onChange={onChange} />}
      publish={async ({ defaultAction, rules }, check) => {
        const input = { agentId, defaultAction, rules, check };
        const { data, error } = await client.mutation(PublishPoliciesDocument, { input });
        const answer = data?.publishPolicies;
        const version = answer?.__typename === 'PublishPoliciesSuccess' ? (answer.policySet?.version ?? null) : null;
        if (version !== null) onPublished();
        return findingsOf(answer, error, version);
      }}
      more={(read, show, fail) => (
        <ReplayButton
          agentId={agentId}
          read={read}
          onReplay={(replay) => show(<ReplayResult replay={replay} />)}
          onFailure={fail}
        />
      )}
      onClose={onClose}
    />
  );
}

type FormProps = { readonly draft: PoliciesDraft; readonly onChange: (draft: PoliciesDraft) => void };

const PoliciesForm = ({ draft, onChange }: FormProps) => (
  <Stack gap="md">
    <Select
      label="What no rule matches"
      data={DEFAULTS}
      value={draft.defaultAction}
      allowDeselect={false}
      onChange={(value) => onChange({ ...draft, defaultAction: value as PolicyAction })}
      w={{ base: '100%', xs: 260 }}
    />
    <Rows rows={draft.rules} noun="Rule" create={newRule} onChange={(rules) => onChange({ ...draft, rules })}>
      {(rule, change) => (
        <Stack gap="xs">
          <Group gap="sm" align="flex-start">
            <Select
              label="Language"
              data={LANGUAGES}
              value={rule.language}
              allowDeselect={false}
              onChange={(value) => change(changedRule(rule, { language: value as RuleDraft['language'] }))}
              w={130}
            />
            <Textarea
              label="When"
              placeholder={PLACEHOLDER[rule.language]}
              value={rule.text}
              onChange={({ currentTarget }) => change(changedRule(rule, { text: currentTarget.value }))}
              autosize
              minRows={1}
              spellCheck={false}
              style={{ flex: '1 1 260px' }}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            />
          </Group>
          <Group gap="sm" align="flex-start">
            <Select
              label="Then"
              data={ACTIONS}
              value={rule.action}
              allowDeselect={false}
              onChange={(value) => change(changedRule(rule, { action: value as PolicyAction }))}
              w={180}
            />
            <TextInput
              label="Reason, which the sender is told"
              value={rule.reason}
              onChange={({ currentTarget }) => change({ reason: currentTarget.value })}
              style={{ flex: '1 1 260px' }}
            />
          </Group>
          <RuleLimitsLine limits={rule.limits} />
        </Stack>
      )}
    </Rows>
  </Stack>
);
