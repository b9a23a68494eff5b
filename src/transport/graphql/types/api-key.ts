import { Type } from 'typebox';
import {
  CREATE_API_KEY,
  CREATE_API_KEY_ERRORS,
  REVOKE_API_KEY_ERRORS,
} from '../../../application/keys/manage-api-keys.ts';
import { ROTATE_API_KEY, ROTATE_API_KEY_ERRORS, type RotatedApiKey } from '../../../application/keys/rotate-api-key.ts';
import { API_KEY, type ApiKey } from '../../../domain/api-key.ts';
import type { InputIssue } from '../../../domain/errors.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { InputIssueType } from './domain-errors.ts';
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

const RevokeApiKeySuccess = builder
  .objectRef<{ key: ApiKey; warnings: readonly InputIssue[] }>('RevokeApiKeySuccess')
  .implement({
    description: 'The key is revoked.',
    fields: (t) => ({
      key: t.field({ type: ApiKeyType, description: 'The revoked key.', resolve: ({ key }) => key }),
      warnings: t.field({
        type: [InputIssueType],
        description: "What it means, where it was its holder's last one.",
        extensions: FEW,
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });

const RotateApiKeySuccess = builder.objectRef<RotatedApiKey>('RotateApiKeySuccess').implement({
  description: 'The key has a successor.',
  fields: (t) => ({
    key: t.field({ type: ApiKeyType, description: 'The new key as it is listed.', resolve: ({ key }) => key }),
    former: t.field({
      type: ApiKeyType,
      description: 'The key that it replaces, with when that ends.',
      resolve: ({ former }) => former,
    }),
    apiKey: t.exposeString('apiKey', { description: 'The new key itself. It is shown only here.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A further key: for the caller itself, or for the one holder that is named.',
  fields: (t) => inputFields(t, CREATE_API_KEY),
});

const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
  description: 'Which key to replace, and how long it goes on.',
  fields: (t) => inputFields(t, ROTATE_API_KEY),
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key to revoke.',
  fields: (t) => ({ apiKeyId: t.id({ required: true, description: "The key's id." }) }),
});

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreateApiKeySuccess,
    description:
      "A further key of the caller's own; an owner's for its agents and approvers; an administrator's for anybody. [owner] [agent:manage | owner:manage | sender:manage]",
    authScopes: { keysManager: true },
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
    resolve: (_root, { input }, { app, principal }) => app.keys.revoke(principal, input),
  }),
  rotateApiKey: t.field({
    type: RotateApiKeySuccess,
    description:
      'A key like the one that is named, which goes on for a while: replace it everywhere before it ends. [owner] [agent:manage | owner:manage | sender:manage]',
    authScopes: { keysManager: true },
    errors: {
      types: [...ROTATE_API_KEY_ERRORS],
      union: { name: 'RotateApiKeyResult', description: 'What rotateApiKey answers.' },
    },
    args: { input: t.arg({ type: RotateApiKeyInput, required: true, description: 'Which key.' }) },
    resolve: (_root, { input }, { app, principal }) => app.keys.rotate(principal, input),
  }),
}));
