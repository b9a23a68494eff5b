import { PUBLISH_DOCUMENT_ERRORS } from '../../../application/agents/publish-document.ts';
import type { PolicyRule, PolicySet } from '../../../domain/policy.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { PolicyActionEnum } from './enums.ts';

const PolicyRuleType = builder.objectRef<PolicyRule>('PolicyRule').implement({
  description: 'One rule: when its condition holds, its action counts.',
  fields: (t) => ({
    condition: t.exposeString('condition', {
      description: 'An expression over sender_id, action and params_<field>, such as `params_amount > 100`.',
    }),
    action: t.field({ type: PolicyActionEnum, description: 'What it does.', resolve: ({ action }) => action }),
    reason: t.exposeString('reason', { nullable: true, description: 'What the sender is told.' }),
  }),
});

export const PolicySetType = builder.objectRef<PolicySet>('PolicySet').implement({
  description: "One published version of an agent's rules.",
  extensions: counts({ values: 4 }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of this version.' }),
    version: t.exposeInt('version', { description: '1 for the first one, one higher for each later one.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is the version in force.' }),
    defaultAction: t.field({
      type: PolicyActionEnum,
      description: 'What an action gets that no rule matches. ALLOW unless said otherwise.',
      resolve: ({ defaultAction }) => defaultAction,
    }),
    rules: t.field({
      type: [PolicyRuleType],
      description: 'The rules.',
      extensions: counts({ items: 8 }),
      resolve: ({ rules }) => [...rules],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was published.' }),
  }),
});

const PolicyRuleInput = builder.inputType('PolicyRuleInput', {
  description: 'One rule.',
  fields: (t) => ({
    condition: t.string({
      required: true,
      description:
        'At most 500 characters of: == != < <= > >=, and or not, in [..], + - * / %, a ? b : c, True False None; over sender_id, action and params_<field>.',
    }),
    action: t.field({ type: PolicyActionEnum, required: true, description: 'What it does when the condition holds.' }),
    reason: t.string({ description: 'What the sender is told.' }),
  }),
});

const PublishPoliciesInput = builder.inputType('PublishPoliciesInput', {
  description: "The next version of an agent's rules.",
  fields: (t) => ({
    agentId: t.id({ required: true, description: "The agent's id." }),
    rules: t.field({ type: [PolicyRuleInput], required: true, description: 'All rules, at most 100.' }),
    defaultAction: t.field({
      type: PolicyActionEnum,
      description: 'What applies when no rule matches; ALLOW when left out.',
    }),
  }),
});

const PublishPoliciesSuccess = builder.objectRef<{ policySet: PolicySet }>('PublishPoliciesSuccess').implement({
  description: 'The rules are in force.',
  fields: (t) => ({
    policySet: t.field({ type: PolicySetType, description: 'The new version.', resolve: ({ policySet }) => policySet }),
  }),
});

builder.mutationField('publishPolicies', (t) =>
  t.field({
    type: PublishPoliciesSuccess,
    description: 'A new version; the old one is kept and deactivated. [owner]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...PUBLISH_DOCUMENT_ERRORS],
      union: { name: 'PublishPoliciesResult', description: 'What publishPolicies answers.' },
    },
    args: { input: t.arg({ type: PublishPoliciesInput, required: true, description: 'The rules to publish.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      policySet: await app.agents.publishPolicies(principal, input),
    }),
  }),
);
