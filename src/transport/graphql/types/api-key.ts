import { Type } from 'typebox';
import {
  CREATE_API_KEY,
  CREATE_API_KEY_ERRORS,
  REVOKE_API_KEY_ERRORS,
} from '../../../application/keys/manage-api-keys.ts';
import { API_KEY, type ApiKey } from '../../../domain/api-key.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { ApiKeyKindEnum } from './enums.ts';

export const ApiKeyType = builder.objectRef<ApiKey>('ApiKey').implement({
  description: 'An API key as it can be shown again: never its secret.',
  fields: (t) => outputFields(t, Type.Omit(API_KEY, ['holderId']), { kind: ApiKeyKindEnum }, { scopes: FEW }),
});

const CreateApiKeySuccess = builder.objectRef<{ key: ApiKey; apiKey: string }>('CreateApiKeySuccess').implement({
  description: 'The key was made.',
  fields: (t) => ({
    key: t.field({ type: ApiKeyType, description: 'The key as it is listed.', resolve: ({ key }) => key }),
    apiKey: t.exposeString('apiKey', { description: 'The key itself. It is shown only here.' }),
  }),
});

const RevokeApiKeySuccess = builder.objectRef<{ key: ApiKey }>('RevokeApiKeySuccess').implement({
  description: 'The key is revoked.',
  fields: (t) => ({
    key: t.field({ type: ApiKeyType, description: 'The revoked key.', resolve: ({ key }) => key }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A further key for the caller itself.',
  fields: (t) => inputFields(t, CREATE_API_KEY),
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key to revoke.',
  fields: (t) => ({ apiKeyId: t.id({ required: true, description: "The key's id." }) }),
});

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreateApiKeySuccess,
    description:
      'A second key beside the current one, so that it can be rotated without a gap. [owner] [agent:manage | owner:manage | sender:manage]',
    authScopes: { keysHolder: true, keysManager: true },
    errors: {
      types: [...CREATE_API_KEY_ERRORS],
      union: { name: 'CreateApiKeyResult', description: 'What createApiKey answers.' },
    },
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'What the key is to be like.' }) },
    resolve: (_root, { input }, { app, principal }) => app.keys.create(principal, input),
  }),
  revokeApiKey: t.field({
    type: RevokeApiKeySuccess,
    description:
      'At once, on every node; channels opened with it are closed. [owner] [agent:manage | owner:manage | sender:manage]',
    authScopes: { keysManager: true },
    errors: {
      types: [...REVOKE_API_KEY_ERRORS],
      union: { name: 'RevokeApiKeyResult', description: 'What revokeApiKey answers.' },
    },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ key: await app.keys.revoke(principal, input) }),
  }),
}));
