import {
  CREATE_ADMIN,
  CREATE_ADMIN_ERRORS,
  REMOVE_ADMIN,
  REMOVE_ADMIN_ERRORS,
} from '../../../application/admin/manage-admins.ts';
import { ADMIN_ACCOUNT, type AdminAccount } from '../../../domain/admin-account.ts';
import { PASSKEY, type Passkey } from '../../../domain/passkey.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';

const PasskeyType = builder.objectRef<Passkey>('Passkey').implement({
  description: 'A passkey of a named administrator.',
  fields: (t) => outputFields(t, PASSKEY),
});

const AdminAccountType = builder.objectRef<AdminAccount>('AdminAccount').implement({
  description: 'A named administrator.',
  fields: (t) => outputFields(t, ADMIN_ACCOUNT, { passkeys: PasskeyType }, { passkeys: FEW }),
});

const CreateAdminSuccess = builder
  .objectRef<{ admin: AdminAccount; setupUrl: string }>('CreateAdminSuccess')
  .implement({
    description: 'The administrator was made, and cannot log in before it has used its link.',
    fields: (t) => ({
      admin: t.field({ type: AdminAccountType, description: 'The administrator.', resolve: ({ admin }) => admin }),
      setupUrl: t.exposeString('setupUrl', {
        description:
          'The link that it sets its password and its second factor with, once, within a day. It is shown only here. Without PUBLIC_URL it begins with the path.',
      }),
    }),
  });

const RemoveAdminSuccess = builder.objectRef<{ admin: AdminAccount }>('RemoveAdminSuccess').implement({
  description: 'The administrator was removed.',
  fields: (t) => ({
    admin: t.field({ type: AdminAccountType, description: 'The one that was removed.', resolve: ({ admin }) => admin }),
  }),
});

const CreateAdminInput = builder.inputType('CreateAdminInput', {
  description: 'What the administrator is to be called.',
  fields: (t) => inputFields(t, CREATE_ADMIN),
});

const RemoveAdminInput = builder.inputType('RemoveAdminInput', {
  description: 'Which administrator to remove.',
  fields: (t) => inputFields(t, REMOVE_ADMIN),
});

builder.queryField('admins', (t) =>
  t.field({
    type: [AdminAccountType],
    description: 'The named administrators, by name. [admin]',
    authScopes: { admin: true },
    extensions: FEW,
    resolve: async (_root, _args, { app, principal }) => [...(await app.admin.list(principal))],
  }),
);

builder.mutationFields((t) => ({
  createAdmin: t.field({
    type: CreateAdminSuccess,
    description: 'Makes a named administrator, and the link with which it sets up its login. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...CREATE_ADMIN_ERRORS],
      union: { name: 'CreateAdminResult', description: 'What createAdmin answers.' },
    },
    args: { input: t.arg({ type: CreateAdminInput, required: true, description: 'What it is to be called.' }) },
    resolve: (_root, { input }, { app, principal }) => app.admin.create(principal, input),
  }),
  removeAdmin: t.field({
    type: RemoveAdminSuccess,
    description: 'Ends its sessions on every node, with whatever is open with them. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...REMOVE_ADMIN_ERRORS],
      union: { name: 'RemoveAdminResult', description: 'What removeAdmin answers.' },
    },
    args: { input: t.arg({ type: RemoveAdminInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ admin: await app.admin.remove(principal, input) }),
  }),
}));
