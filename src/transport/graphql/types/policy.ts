import { Type } from 'typebox';
import { PUBLISH_DOCUMENT_ERRORS, type Publication } from '../../../application/agents/publish-document.ts';
import { PUBLISH_POLICIES } from '../../../application/agents/publish-policies.ts';
import { POLICY_RULE, POLICY_SET, type PolicyRule, type PolicySet } from '../../../domain/policy.ts';
import { builder } from '../builder.ts';
import { counts, FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { PolicyActionEnum } from './enums.ts';
import { publicationFields } from './publication.ts';

export const PolicyRuleType = builder.objectRef<PolicyRule>('PolicyRule').implement({
  description: 'One rule: when it matches, by its condition or its cel, its action counts.',
  fields: (t) => outputFields(t, POLICY_RULE, { action: PolicyActionEnum }, { onlyParams: FEW }),
});

export const PolicySetType = builder.objectRef<PolicySet>('PolicySet').implement({
  description: "One published version of an agent's rules.",
  extensions: counts({ values: 4 }),
  fields: (t) =>
    outputFields(
      t,
      Type.Omit(POLICY_SET, ['agentId']),
      { defaultAction: PolicyActionEnum, rules: PolicyRuleType },
      { rules: counts({ items: 8 }) },
    ),
});

export const PolicyRuleInput = builder.inputType('PolicyRuleInput', {
  description: 'One rule, with exactly one of condition and cel.',
  fields: (t) => inputFields(t, POLICY_RULE, { action: PolicyActionEnum }),
});

const PublishPoliciesInput = builder.inputType('PublishPoliciesInput', {
  description: "The next version of an agent's rules.",
  fields: (t) => inputFields(t, PUBLISH_POLICIES, { rules: PolicyRuleInput, defaultAction: PolicyActionEnum }),
});

const PublishPoliciesSuccess = builder.objectRef<Publication<PolicySet>>('PublishPoliciesSuccess').implement({
  description: 'The rules are in force, or were only checked.',
  fields: (t) => ({
    policySet: t.field({
      type: PolicySetType,
      nullable: true,
      description: 'The new version; null where they were only checked.',
      resolve: ({ document }) => document,
    }),
    ...publicationFields(t),
  }),
});

builder.mutationField('publishPolicies', (t) =>
  t.field({
    type: PublishPoliciesSuccess,
    description: 'A new version; the old one is kept and deactivated. [owner] [agent:manage | owner:manage]',
    authScopes: (_root, { input }) => ({ managerOf: input.agentId }),
    errors: {
      types: [...PUBLISH_DOCUMENT_ERRORS],
      union: { name: 'PublishPoliciesResult', description: 'What publishPolicies answers.' },
    },
    args: { input: t.arg({ type: PublishPoliciesInput, required: true, description: 'The rules to publish.' }) },
    resolve: (_root, { input }, { app, principal }) => app.agents.publishPolicies(principal, input),
  }),
);
