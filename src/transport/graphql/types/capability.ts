import { PUBLISH_DOCUMENT_ERRORS } from '../../../application/agents/publish-document.ts';
import type { Capability, CapabilityContract } from '../../../domain/contract.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';

const CapabilityType = builder.objectRef<Capability>('Capability').implement({
  description: 'One action that an agent offers.',
  fields: (t) => ({
    action: t.exposeString('action', { description: 'The name that requests name it by.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it does.' }),
    paramsSchema: t.field({
      type: 'JSONObject',
      description: 'JSON Schema, draft 7 or 2020-12.',
      resolve: ({ paramsSchema }) => paramsSchema,
    }),
    constraints: t.field({
      type: 'JSONObject',
      description: 'max_<param> and min_<param> bounds.',
      resolve: ({ constraints }) => constraints,
    }),
  }),
});

export const CapabilityContractType = builder.objectRef<CapabilityContract>('CapabilityContract').implement({
  description: 'One published version of what an agent offers.',
  extensions: counts({ values: 12 }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of this version.' }),
    version: t.exposeInt('version', { description: '1 for the first one, one higher for each later one.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is the version in force.' }),
    capabilities: t.field({
      type: [CapabilityType],
      description: 'The actions it offers, as they were sent.',
      extensions: counts({ items: 16 }),
      resolve: ({ capabilities }) => [...capabilities],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was published.' }),
  }),
});

const CapabilityInput = builder.inputType('CapabilityInput', {
  description: 'One action to offer.',
  fields: (t) => ({
    action: t.string({ required: true, description: 'Its name, such as "calendar.schedule".' }),
    description: t.string({ description: 'What it does, for those who look the agent up.' }),
    paramsSchema: t.field({
      type: 'JSONObject',
      description: 'JSON Schema (draft 7 or 2020-12) that the params must fit; anything fits when left out.',
    }),
    constraints: t.field({
      type: 'JSONObject',
      description: 'Bounds on numeric params, such as {"max_duration_minutes": 120}.',
    }),
  }),
});

const PublishCapabilitiesInput = builder.inputType('PublishCapabilitiesInput', {
  description: 'The next version of an agent’s contract.',
  fields: (t) => ({
    agentId: t.id({ required: true, description: "The agent's id." }),
    capabilities: t.field({ type: [CapabilityInput], required: true, description: 'All actions it is to offer.' }),
  }),
});

const PublishCapabilitiesSuccess = builder
  .objectRef<{ contract: CapabilityContract }>('PublishCapabilitiesSuccess')
  .implement({
    description: 'The contract is in force.',
    fields: (t) => ({
      contract: t.field({
        type: CapabilityContractType,
        description: 'The new version.',
        resolve: ({ contract }) => contract,
      }),
    }),
  });

builder.mutationField('publishCapabilities', (t) =>
  t.field({
    type: PublishCapabilitiesSuccess,
    description: 'A new version; the old one is kept and deactivated. [owner]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...PUBLISH_DOCUMENT_ERRORS],
      union: { name: 'PublishCapabilitiesResult', description: 'What publishCapabilities answers.' },
    },
    args: {
      input: t.arg({ type: PublishCapabilitiesInput, required: true, description: 'The contract to publish.' }),
    },
    resolve: async (_root, { input }, { app, principal }) => ({
      contract: await app.agents.publishCapabilities(principal, input),
    }),
  }),
);
