import { RESTING_HANDLES_LISTED } from '../../../application/agents/list-resting-handles.ts';
import { RELEASE_HANDLE, RELEASE_HANDLE_ERRORS } from '../../../application/agents/release-handle.ts';
import { RESTING_HANDLE, type RestingHandle } from '../../../domain/resting-handle.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { OwnerType } from './refs.ts';

const RestingHandleType = builder.objectRef<RestingHandle>('RestingHandle').implement({
  description: 'The handle of a deleted agent, which only its former owner may register for now. [admin]',
  fields: (t) => ({
    ...outputFields(t, RESTING_HANDLE),
    owner: t.field({
      type: OwnerType,
      nullable: true,
      description: 'Who may register it meanwhile; null where its agent was nobody’s.',
      resolve: ({ ownerId }, _args, { loaders }) => (ownerId === null ? null : loaders.owner.load(ownerId)),
    }),
  }),
});

const ReleaseHandleSuccess = builder.objectRef<{ handle: string }>('ReleaseHandleSuccess').implement({
  description: 'The handle rests no more.',
  fields: (t) => ({ handle: t.exposeString('handle', { description: 'The handle.' }) }),
});

const ReleaseHandleInput = builder.inputType('ReleaseHandleInput', {
  description: 'Which handle to release.',
  fields: (t) => inputFields(t, RELEASE_HANDLE),
});

builder.queryField('restingHandles', (t) =>
  t.field({
    type: [RestingHandleType],
    description: `Handles of deleted agents that rest, those that were freed last first; at most ${RESTING_HANDLES_LISTED}. [admin]`,
    authScopes: { admin: true },
    extensions: counts({ items: RESTING_HANDLES_LISTED }),
    args: { beginning: t.arg.string({ description: 'Only those that begin so.' }) },
    resolve: async (_root, { beginning }, { app, principal }) => [
      ...(await app.agents.restingHandles(principal, beginning ?? '')),
    ],
  }),
);

builder.mutationField('releaseHandle', (t) =>
  t.field({
    type: ReleaseHandleSuccess,
    description:
      'Lets anybody register under the handle of a deleted agent before HANDLE_QUARANTINE_DAYS are over. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...RELEASE_HANDLE_ERRORS],
      union: { name: 'ReleaseHandleResult', description: 'What releaseHandle answers.' },
    },
    args: { input: t.arg({ type: ReleaseHandleInput, required: true, description: 'Which handle.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      handle: await app.agents.releaseHandle(principal, input),
    }),
  }),
);
