import { SENDER_SEARCH_DESCRIPTION } from '../../../application/senders/read-senders.ts';
import { REGISTER_SENDER, REGISTER_SENDER_ERRORS } from '../../../application/senders/register-sender.ts';
import { SENDER, type Sender } from '../../../domain/sender.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { byId, connectionOf } from '../page.ts';
import { ApiKeyType } from './api-key.ts';

export const SenderType = builder.objectRef<Sender>('Sender').implement({
  description: 'Somebody who submits requests. Only the sender itself and administrators get to see one.',
  fields: (t) => ({
    ...outputFields(t, SENDER),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its keys, newest first, revoked ones included. [sender:manage]',
      extensions: FEW,
      // Whoever registers sees the new sender's, with whatever credential.
      authScopes: (_sender, _args, { principal }) =>
        principal?.kind === 'sender' ? { scope: 'sender:manage' } : { public: true },
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.apiKeys.load(id))],
    }),
  }),
});

builder.queryFields((t) => ({
  sender: t.field({
    type: SenderType,
    nullable: true,
    description: 'One sender; null for an unknown one. [admin]',
    authScopes: { admin: true },
    args: { id: t.arg.id({ required: true, description: "The sender's id." }) },
    resolve: (_root, { id }, { app, principal }) => app.senders.find(principal, id),
  }),
  senders: t.connection(
    {
      type: SenderType,
      description:
        'Who submits requests, newest first. A search looks at 10,000 senders for a page, which may be short, or empty, and not be the last. [admin]',
      authScopes: { admin: true },
      args: {
        search: t.arg.string({ description: SENDER_SEARCH_DESCRIPTION }),
        suspended: t.arg.boolean({ description: 'Only those that are, or are not, suspended.' }),
      },
      resolve: (_root, args, { app, principal }) =>
        connectionOf(args, byId, (page) =>
          app.senders.list(
            principal,
            { search: args.search ?? undefined, isSuspended: args.suspended ?? undefined },
            page,
          ),
        ),
    },
    { name: 'QuerySendersConnection' },
    { name: 'QuerySendersConnectionEdge' },
  ),
}));

const RegisterSenderInput = builder.inputType('RegisterSenderInput', {
  description: 'A sender to register.',
  fields: (t) => inputFields(t, REGISTER_SENDER),
});

const RegisterSenderSuccess = builder.objectRef<{ sender: Sender; apiKey: string }>('RegisterSenderSuccess').implement({
  description: 'The sender is registered.',
  fields: (t) => ({
    sender: t.field({ type: SenderType, description: 'The new sender.', resolve: ({ sender }) => sender }),
    apiKey: t.exposeString('apiKey', { description: 'Its first key. It is shown only here.' }),
  }),
});

builder.mutationField('registerSender', (t) =>
  t.field({
    type: RegisterSenderSuccess,
    description:
      "Open to everybody, unless REGISTRATION says otherwise; with an owner's key it is that owner's. The key is shown once.",
    authScopes: { notRefused: true },
    errors: {
      types: [...REGISTER_SENDER_ERRORS],
      union: { name: 'RegisterSenderResult', description: 'What registerSender answers.' },
    },
    args: { input: t.arg({ type: RegisterSenderInput, required: true, description: 'Who registers.' }) },
    resolve: (_root, { input }, { app, principal, address }) => app.senders.register(principal, input, address),
  }),
);
