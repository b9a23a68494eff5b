import {
  CREATE_INVITATION,
  CREATE_INVITATION_ERRORS,
  REVOKE_INVITATION,
  REVOKE_INVITATION_ERRORS,
} from '../../../application/invitations/invitations.ts';
import { INVITATION, type Invitation } from '../../../domain/invitation.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';

const InvitationType = builder.objectRef<Invitation>('Invitation').implement({
  description: 'Lets others register while REGISTRATION is `invite`.',
  fields: (t) => outputFields(t, INVITATION),
});

const CreateInvitationSuccess = builder
  .objectRef<{ invitation: Invitation; code: string }>('CreateInvitationSuccess')
  .implement({
    description: 'The invitation was made.',
    fields: (t) => ({
      invitation: t.field({
        type: InvitationType,
        description: 'The invitation.',
        resolve: ({ invitation }) => invitation,
      }),
      code: t.exposeString('code', {
        description: 'What is sent as `invitation` by whoever registers. It is shown only here.',
      }),
    }),
  });

const RevokeInvitationSuccess = builder.objectRef<{ invitation: Invitation }>('RevokeInvitationSuccess').implement({
  description: 'The invitation lets nobody register any more.',
  fields: (t) => ({
    invitation: t.field({
      type: InvitationType,
      description: 'The invitation.',
      resolve: ({ invitation }) => invitation,
    }),
  }),
});

const CreateInvitationInput = builder.inputType('CreateInvitationInput', {
  description: 'How many are to register, and until when.',
  fields: (t) => inputFields(t, CREATE_INVITATION),
});

const RevokeInvitationInput = builder.inputType('RevokeInvitationInput', {
  description: 'Which invitation to revoke.',
  fields: (t) => inputFields(t, REVOKE_INVITATION),
});

builder.queryField('invitations', (t) =>
  t.field({
    type: [InvitationType],
    description: 'Newest first, those that are over included. [admin]',
    authScopes: { admin: true },
    extensions: FEW,
    resolve: async (_root, _args, { app, principal }) => [...(await app.invitations.list(principal))],
  }),
);

builder.mutationFields((t) => ({
  createInvitation: t.field({
    type: CreateInvitationSuccess,
    description: 'Makes an invitation, for one or for many. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...CREATE_INVITATION_ERRORS],
      union: { name: 'CreateInvitationResult', description: 'What createInvitation answers.' },
    },
    args: { input: t.arg({ type: CreateInvitationInput, required: true, description: 'For how many, until when.' }) },
    resolve: (_root, { input }, { app, principal }) => app.invitations.create(principal, input),
  }),
  revokeInvitation: t.field({
    type: RevokeInvitationSuccess,
    description: 'Nobody registers with it any more; whoever did stays. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...REVOKE_INVITATION_ERRORS],
      union: { name: 'RevokeInvitationResult', description: 'What revokeInvitation answers.' },
    },
    args: { input: t.arg({ type: RevokeInvitationInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      invitation: await app.invitations.revoke(principal, input),
    }),
  }),
}));
