import { CREATE_APPROVAL_LINK, CREATE_APPROVAL_LINK_ERRORS } from '../../../application/approvals/approval-links.ts';
import { builder } from '../builder.ts';
import { inputFields } from '../fields.ts';

const CreateApprovalLinkSuccess = builder
  .objectRef<{ url: string; expiresAt: Date }>('CreateApprovalLinkSuccess')
  .implement({
    description: 'The link was made.',
    fields: (t) => ({
      url: t.exposeString('url', {
        description:
          'Whoever opens it looks at the approval and may decide as that approver, without a login. It is shown only here. Without PUBLIC_URL it begins with the path.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'Until when at the latest; it ends with the approval.',
      }),
    }),
  });

const CreateApprovalLinkInput = builder.inputType('CreateApprovalLinkInput', {
  description: 'Who is to decide about what.',
  fields: (t) => inputFields(t, CREATE_APPROVAL_LINK),
});

builder.mutationField('createApprovalLink', (t) =>
  t.field({
    type: CreateApprovalLinkSuccess,
    description:
      "A link by which one approver decides about one approval, to be sent by whatever way the owner has. By the agent's owner, or an administrator. [owner key] [owner:manage]",
    authScopes: { ownerOrAdmin: true, scope: 'owner:manage' },
    errors: {
      types: [...CREATE_APPROVAL_LINK_ERRORS],
      union: { name: 'CreateApprovalLinkResult', description: 'What createApprovalLink answers.' },
    },
    args: { input: t.arg({ type: CreateApprovalLinkInput, required: true, description: 'Who decides about what.' }) },
    resolve: (_root, { input }, { app, principal }) => app.approvals.createLink(principal, input),
  }),
);
