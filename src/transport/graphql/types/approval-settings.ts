import {
  SET_APPROVAL_SETTINGS,
  SET_APPROVAL_SETTINGS_ERRORS,
} from '../../../application/approvals/set-approval-settings.ts';
import { APPROVAL_SETTINGS, type ApprovalSettings } from '../../../domain/approval-settings.ts';
import { builder } from '../builder.ts';
import { inputFields, outputFields } from '../fields.ts';
import { AgentType } from './refs.ts';

const ApprovalSettingsType = builder.objectRef<ApprovalSettings>('ApprovalSettings').implement({
  description: "How an agent's approvals go.",
  fields: (t) => outputFields(t, APPROVAL_SETTINGS),
});

builder.objectField(AgentType, 'approvalSettings', (t) =>
  t.field({
    type: ApprovalSettingsType,
    description: 'How its approvals go: what its owner chose, or the defaults. [owner key] [owner:manage]',
    authScopes: ({ id }) => ({ ownerOf: id }),
    resolve: ({ id }, _args, { loaders }) => loaders.approvalSettings.load(id),
  }),
);

const SetApprovalSettingsSuccess = builder
  .objectRef<{ settings: ApprovalSettings }>('SetApprovalSettingsSuccess')
  .implement({
    description: 'The settings are in force.',
    fields: (t) => ({
      settings: t.field({
        type: ApprovalSettingsType,
        description: 'The new version.',
        resolve: ({ settings }) => settings,
      }),
    }),
  });

const ApprovalSettingsInput = builder.inputType('ApprovalSettingsInput', {
  description: "How an agent's approvals are to go, all of it: what is left out is as by default.",
  fields: (t) => inputFields(t, SET_APPROVAL_SETTINGS),
});

builder.mutationField('setApprovalSettings', (t) =>
  t.field({
    type: SetApprovalSettingsSuccess,
    description:
      'A new version, in force at once; what waits keeps its end. Never by the agent itself. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...SET_APPROVAL_SETTINGS_ERRORS],
      union: { name: 'SetApprovalSettingsResult', description: 'What setApprovalSettings answers.' },
    },
    args: { input: t.arg({ type: ApprovalSettingsInput, required: true, description: 'How they are to go.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      settings: await app.approvals.setSettings(principal, input),
    }),
  }),
);
