import { Type } from 'typebox';
import { PUBLISH_CAPABILITIES } from '../../../application/agents/publish-capabilities.ts';
import { PUBLISH_DOCUMENT_ERRORS, type Publication } from '../../../application/agents/publish-document.ts';
import {
  CAPABILITY,
  CAPABILITY_CONTRACT,
  CAPABILITY_HINTS,
  type PublishedCapability,
  type PublishedContract,
} from '../../../domain/contract.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { ResultFormatEnum } from './enums.ts';
import { publicationFields } from './publication.ts';

/** Of what most of a contract may consist. */
const LONG = counts({ values: 2 });
/** A word or four, whatever is asked of them. */
const SHORT = counts({ values: 0, items: 0 });

const CapabilityHintsType = builder.objectRef<PublishedCapability['hints']>('CapabilityHints').implement({
  description: 'What an agent says of an action, for whoever decides whether to ask for it. Nothing holds it to that.',
  fields: (t) => outputFields(t, CAPABILITY_HINTS),
});

const CapabilityType = builder.objectRef<PublishedCapability>('Capability').implement({
  description: 'One action that an agent offers.',
  fields: (t) =>
    outputFields(
      t,
      CAPABILITY,
      { resultFormat: ResultFormatEnum, hints: CapabilityHintsType },
      { description: LONG, paramsSchema: LONG, resultSchema: LONG, resultFormat: SHORT, hints: SHORT },
    ),
});

export const CapabilityContractType = builder.objectRef<PublishedContract>('CapabilityContract').implement({
  description: 'One published version of what an agent offers.',
  extensions: counts({ values: 48 }),
  fields: (t) =>
    outputFields(
      t,
      Type.Omit(CAPABILITY_CONTRACT, ['agentId']),
      { capabilities: CapabilityType },
      { capabilities: counts({ items: 4 }) },
    ),
});

const CapabilityHintsInput = builder.inputType('CapabilityHintsInput', {
  description: 'What to say of an action, for whoever decides whether to ask for it.',
  fields: (t) => inputFields(t, CAPABILITY_HINTS),
});

const CapabilityInput = builder.inputType('CapabilityInput', {
  description: 'One action to offer.',
  fields: (t) => inputFields(t, CAPABILITY, { resultFormat: ResultFormatEnum, hints: CapabilityHintsInput }),
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
