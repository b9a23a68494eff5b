import type { ApprovalDecision } from '../../../application/ports/decision-store.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { ApproverType } from './approver.ts';
import { ApprovalRouteEnum, ApprovalVerdictEnum } from './enums.ts';
import { ApprovalType, OwnerType } from './refs.ts';
import { AdminType } from './viewer.ts';

const ApprovalDeciderUnion = builder.unionType('ApprovalDecider', {
  description: 'Who decided.',
  types: [ApproverType, OwnerType, AdminType],
  resolveType: (decider) => ('adminId' in decider ? AdminType : 'agentIds' in decider ? ApproverType : OwnerType),
});

const ApprovalDecisionType = builder.objectRef<ApprovalDecision>('ApprovalDecision').implement({
  description: 'What somebody said to an approval.',
  fields: (t) => ({
    verdict: t.field({
      type: ApprovalVerdictEnum,
      description: 'Whether it is to be done.',
      resolve: ({ verdict }) => verdict,
    }),
    by: t.field({
      type: ApprovalDeciderUnion,
      description: 'Who it was: two keys of one approver are one.',
      resolve: async ({ deciderKind: kind, deciderId: id }, _args, { loaders }) => {
        if (kind === 'ADMIN') return { adminId: id, name: await loaders.adminName.load(id) };
        const found = await (kind === 'OWNER' ? loaders.owner : loaders.approver).load(id);
        if (found === null) throw new Error('Whoever decided is not there.');
        return found;
      },
    }),
    comment: t.exposeString('comment', {
      nullable: true,
      description: "Why, for the agent's owner and administrators; null to others but whoever wrote it.",
    }),
    via: t.field({ type: ApprovalRouteEnum, description: 'Which door it came by.', resolve: ({ via }) => via }),
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => at }),
  }),
});

builder.objectFields(ApprovalType, (t) => ({
  decisions: t.field({
    type: [ApprovalDecisionType],
    description: 'What was said to it so far, in the order in which it was said.',
    extensions: FEW,
    resolve: async (approval, _args, { loaders }) => [...(await loaders.decisionsOfApproval.load(approval))],
  }),
  mayDecide: t.boolean({
    description: 'Whether the viewer may decide about it now.',
    resolve: ({ id }, _args, { loaders }) => loaders.mayDecide.load(id),
  }),
  mayEdit: t.boolean({
    description: 'Whether the viewer may change its params when they approve it now.',
    resolve: ({ id }, _args, { loaders }) => loaders.mayEdit.load(id),
  }),
}));
