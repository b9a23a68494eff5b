import { Type } from 'typebox';
import { PUBLISH_CAPABILITIES } from '../../../application/agents/publish-capabilities.ts';
import { PUBLISH_DOCUMENT_ERRORS, type Publication } from '../../../application/agents/publish-document.ts';
import {
  CAPABILITY,
  CAPABILITY_CONTRACT,
  type PublishedCapability,
  type PublishedContract,
} from '../../../domain/contract.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { publicationFields } from './publication.ts';

const CapabilityType = builder.objectRef<PublishedCapability>('Capability').implement({
  description: 'One action that an agent offers.',
  fields: (t) => outputFields(t, CAPABILITY),
});

export const CapabilityContractType = builder.objectRef<PublishedContract>('CapabilityContract').implement({
  description: 'One published version of what an agent offers.',
  extensions: counts({ values: 52 }),
  fields: (t) =>
    outputFields(
      t,
      Type.Omit(CAPABILITY_CONTRACT, ['agentId']),
      { capabilities: CapabilityType },
      { capabilities: counts({ items: 8 }) },
    ),
});

const CapabilityInput = builder.inputType('CapabilityInput', {
  description: 'One action to offer.',
  fields: (t) => inputFields(t, CAPABILITY),
});

const PublishCapabilitiesInput = builder.inputType('PublishCapabilitiesInput', {
  description: 'The next version of an agent’s contract.',
  fields: (t) => inputFields(t, PUBLISH_CAPABILITIES, { capabilities: CapabilityInput }),
});

const PublishCapabilitiesSuccess = builder
  .objectRef<Publication<PublishedContract>>('PublishCapabilitiesSuccess')
  .implement({
    description: 'The contract is in force, or was only checked.',
    fields: (t) => ({
      contract: t.field({
        type: CapabilityContractType,
        nullable: true,
        description: 'The new version; null where it was only checked.',
        resolve: ({ document }) => document,
      }),
      ...publicationFields(t),
    }),
  });

builder.mutationField('publishCapabilities', (t) =>
  t.field({
    type: PublishCapabilitiesSuccess,
    description: 'A new version; the old one is kept and deactivated. [owner] [agent:manage | owner:manage]',
    authScopes: (_root, { input }) => ({ managerOf: input.agentId }),
    errors: {
      types: [...PUBLISH_DOCUMENT_ERRORS],
      union: { name: 'PublishCapabilitiesResult', description: 'What publishCapabilities answers.' },
    },
    args: {
      input: t.arg({ type: PublishCapabilitiesInput, required: true, description: 'The contract to publish.' }),
    },
    resolve: (_root, { input }, { app, principal }) => app.agents.publishCapabilities(principal, input),
  }),
);
