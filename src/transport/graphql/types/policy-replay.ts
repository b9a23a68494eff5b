import { REPLAY_POLICIES, REPLAY_POLICIES_ERRORS } from '../../../application/agents/replay-policies.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import { POLICY_REPLAY, type PolicyReplay, REPLAY_CHANGE } from '../../../domain/replay.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { outputFields } from '../fields.ts';
import { PolicyActionEnum, ReplayOutcomeEnum } from './enums.ts';
import { PolicyRuleInput } from './policy.ts';

const ReplayChangeType = builder.objectRef<PolicyReplay['changed'][number]>('ReplayChange').implement({
  description: 'A request that gets something else by other rules.',
  fields: (t) => outputFields(t, REPLAY_CHANGE, { before: ReplayOutcomeEnum, after: ReplayOutcomeEnum }),
});

const PolicyReplaySuccess = builder.objectRef<PolicyReplay>('PolicyReplaySuccess').implement({
  description: 'What stored requests would have got under other rules.',
  fields: (t) =>
    // A thousand of them are some 400 KiB.
    outputFields(t, POLICY_REPLAY, { changed: ReplayChangeType }, { changed: counts({ items: 10 }) }),
});

builder.queryField('policyReplay', (t) =>
  t.field({
    type: PolicyReplaySuccess,
    description: [
      'What the newest stored requests of the agent would have got under rules that are not published.',
      'One at a time for each agent. Nothing is stored. [owner] [agent:manage | owner:manage]',
    ].join(' '),
    authScopes: (_root, { agentId }) => ({ managerOf: agentId }),
    errors: {
      types: [...REPLAY_POLICIES_ERRORS],
      union: { name: 'PolicyReplayResult', description: 'What policyReplay answers.' },
    },
    args: {
      agentId: t.arg.id({ required: true, description: descriptionOf(REPLAY_POLICIES, 'agentId') }),
      rules: t.arg({ type: [PolicyRuleInput], required: true, description: 'The rules to try, at most 100.' }),
      defaultAction: t.arg({
        type: PolicyActionEnum,
        description: `${descriptionOf(REPLAY_POLICIES, 'defaultAction')} ALLOW when left out.`,
      }),
      first: t.arg.int({ description: `${descriptionOf(REPLAY_POLICIES, 'first')} 1,000 when left out.` }),
    },
    resolve: (_root, input, { app, principal }) => app.agents.replayPolicies(principal, input),
  }),
);
