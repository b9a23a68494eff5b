import { digestText } from '../../../application/approvals/approval-digest.ts';
import { APPROVAL, type Approval, HOLD_REASON, type HoldReason, REQUEST_APPROVAL } from '../../../domain/approval.ts';
import { RequestNotFoundError } from '../../../domain/errors.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import { paramsDone, REQUEST } from '../../../domain/request.ts';
import { PAIR_HISTORY, type PairHistory, SENDER_PROFILE, type SenderProfile } from '../../../domain/sender-profile.ts';
import { builder } from '../builder.ts';
import { counts, FEW } from '../counts.ts';
import { outputFields } from '../fields.ts';
import { byId, connectionOf } from '../page.ts';
import { ApprovalStatusEnum, SenderKindEnum } from './enums.ts';
import { AgentType, ApprovalType, RequestType } from './refs.ts';

const HoldReasonType = builder.objectRef<HoldReason>('HoldReason').implement({
  description: 'Why a request waits for an approval.',
  fields: (t) => outputFields(t, HOLD_REASON),
});

const PairHistoryType = builder.objectRef<PairHistory>('PairHistory').implement({
  description: 'What became of what a sender asked of the agent before: of the last 1,000.',
  fields: (t) => outputFields(t, PAIR_HISTORY),
});

const SenderProfileType = builder.objectRef<SenderProfile>('SenderProfile').implement({
  description: 'Who asks, as whoever decides about it needs to know.',
  fields: (t) => ({
    ...outputFields(t, SENDER_PROFILE, { kind: SenderKindEnum }),
    history: t.field({
      type: PairHistoryType,
      description: 'What became of what it asked of the agent before.',
      resolve: ({ history }) => history,
    }),
  }),
});

ApprovalType.implement({
  description: 'What people are asked about a held request. [approver]',
  extensions: counts({ values: 8 }),
  fields: (t) => ({
    ...outputFields(t, APPROVAL, { status: ApprovalStatusEnum, holdReasons: HoldReasonType }, { holdReasons: FEW }),
    digest: t.string({
      description:
        'Of what would be done, and under which rules: whoever decides sends it back, and is told if it is another by then.',
      resolve: ({ digest }) => digestText(digest),
    }),
    request: t.field({
      type: RequestType,
      description: 'The request that it is about.',
      resolve: async ({ requestId }, _args, { loaders }) => {
        const request = await loaders.requestOfApproval.load(requestId);
        if (request === null) throw new RequestNotFoundError();
        return request;
      },
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent that the request was sent to; null once that is deleted.',
      resolve: ({ agentId }, _args, { loaders }) => loaders.agent.load(agentId),
    }),
    sender: t.field({
      type: SenderProfileType,
      description: 'Who asks.',
      resolve: async ({ id }, _args, { loaders }) => {
        const sender = await loaders.senderOfApproval.load(id);
        if (sender === null) throw new RequestNotFoundError();
        return sender;
      },
    }),
    effectiveParams: t.field({
      type: 'JSONObject',
      nullable: true,
      description: descriptionOf(REQUEST, 'effectiveParams'),
      extensions: counts({ values: 24 }),
      resolve: async ({ requestId }, _args, { loaders }) =>
        (await loaders.requestOfApproval.load(requestId))?.effectiveParams ?? null,
    }),
  }),
});

const RequestApprovalType = builder.objectRef<Approval>('RequestApproval').implement({
  description: 'Where the approval of a request stands, and never who decides.',
  fields: (t) => ({
    ...outputFields(t, REQUEST_APPROVAL, { status: ApprovalStatusEnum }),
    approval: t.field({
      type: ApprovalType,
      nullable: true,
      description:
        'What people are asked; null for whoever may not look at it, such as the sender and the agent itself.',
      resolve: ({ requestId }, _args, { loaders }) => loaders.seenApprovalOfRequest.load(requestId),
    }),
  }),
});

builder.objectFields(RequestType, (t) => ({
  approval: t.field({
    type: RequestApprovalType,
    nullable: true,
    description: 'Where its approval stands; null where nobody was asked for one.',
    resolve: ({ id, isHeld }, _args, { loaders }) => (isHeld === null ? null : loaders.approvalOfRequest.load(id)),
  }),
  effectiveParams: t.field({
    type: 'JSONObject',
    nullable: true,
    description: descriptionOf(REQUEST, 'effectiveParams'),
    extensions: counts({ values: 24 }),
    resolve: paramsDone,
  }),
}));

builder.queryFields((t) => ({
  approval: t.field({
    type: ApprovalType,
    nullable: true,
    description:
      'One approval; null for an unknown one, and for one that is not the caller’s. [approver] [approvals:read]',
    authScopes: { approver: true, scope: 'approvals:read' },
    args: { id: t.arg.id({ required: true, description: "The approval's id." }) },
    resolve: (_root, { id }, { app, principal }) => app.approvals.find(principal, id),
  }),
  approvals: t.connection(
    {
      type: ApprovalType,
      description:
        'Of the owner’s agents, of what the approver decides, or all (admin), newest first. [approver] [approvals:read]',
      authScopes: { approver: true, scope: 'approvals:read' },
      args: {
        status: t.arg({ type: [ApprovalStatusEnum], description: 'Only those in one of these states.' }),
        agentId: t.arg.id({ description: 'Only those about requests to this agent.' }),
      },
      resolve: (_root, args, { app, principal }) =>
        connectionOf(args, byId, (page) =>
          app.approvals.list(
            principal,
            { statuses: args.status ?? undefined, agentId: args.agentId ?? undefined },
            page,
          ),
        ),
    },
    { name: 'QueryApprovalsConnection' },
    { name: 'QueryApprovalsConnectionEdge' },
  ),
}));
