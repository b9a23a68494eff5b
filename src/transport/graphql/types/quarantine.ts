import { LIFT_QUARANTINE, LIFT_QUARANTINE_ERRORS } from '../../../application/quarantines/quarantines.ts';
import type { Agent } from '../../../domain/agent.ts';
import { QUARANTINE, type Quarantine } from '../../../domain/quarantine.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { QuarantinedDocumentEnum } from './enums.ts';
import { AgentType } from './refs.ts';

const QuarantineType = builder.objectRef<Quarantine>('Quarantine').implement({
  description:
    'That a document of an agent was ended too often by its budget of computing: what cannot be checked without computing is answered with AgentQuarantinedError for a while.',
  fields: (t) => outputFields(t, QUARANTINE, { document: QuarantinedDocumentEnum }),
});

builder.objectField(AgentType, 'quarantines', (t) =>
  t.field({
    type: [QuarantineType],
    description:
      'Which of its documents are in quarantine now, for taking more computing than they may; mostly none. [own key | owner key] [agent:manage | owner:manage]',
    extensions: FEW,
    authScopes: ({ id }) => ({ managerOf: id }),
    resolve: async ({ id }, _args, { loaders }) => [...(await loaders.quarantines.load(id))],
  }),
);

const LiftQuarantineSuccess = builder.objectRef<{ agent: Agent }>('LiftQuarantineSuccess').implement({
  description: 'Nothing of the agent is in quarantine.',
  fields: (t) => ({
    agent: t.field({ type: AgentType, description: 'The agent.', resolve: ({ agent }) => agent }),
  }),
});

const LiftQuarantineInput = builder.inputType('LiftQuarantineInput', {
  description: 'Whose documents are to be evaluated again.',
  fields: (t) => inputFields(t, LIFT_QUARANTINE),
});

builder.mutationField('liftQuarantine', (t) =>
  t.field({
    type: LiftQuarantineSuccess,
    description:
      "Has an agent's documents evaluated again before their quarantine is over, and forgets how often they were ended. Where nothing is in quarantine it changes nothing else. [owner key] [owner:manage]",
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...LIFT_QUARANTINE_ERRORS],
      union: { name: 'LiftQuarantineResult', description: 'What liftQuarantine answers.' },
    },
    args: { input: t.arg({ type: LiftQuarantineInput, required: true, description: 'Whose.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ agent: await app.quarantines.lift(principal, input) }),
  }),
);
