import { descriptionOf } from '../../../domain/fields.ts';
import { DELIVERY, type Delivery, REQUEST } from '../../../domain/request.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { outputFields } from '../fields.ts';
import { RequestType } from './refs.ts';

const DeliveryType = builder.objectRef<Delivery>('Delivery').implement({
  description: 'One delivery of a request to a channel.',
  fields: (t) => outputFields(t, DELIVERY),
});

builder.objectFields(RequestType, (t) => ({
  deliveries: t.field({
    type: [DeliveryType],
    description: `${descriptionOf(REQUEST, 'deliveries')} [owner key] [owner:manage]`,
    extensions: FEW,
    authScopes: ({ agentId }) => ({ ownerOf: agentId }),
    resolve: ({ deliveries }) => [...deliveries],
  }),
  outcomeAttempt: t.int({
    nullable: true,
    description: `${descriptionOf(REQUEST, 'outcomeAttempt')} [owner key] [owner:manage]`,
    authScopes: ({ agentId }) => ({ ownerOf: agentId }),
    resolve: ({ outcomeAttempt }) => outcomeAttempt,
  }),
  senderName: t.string({
    nullable: true,
    description:
      'The display name of the sender, or of the agent, that sent it; null once that is deleted. [owner key] [owner:manage]',
    authScopes: ({ agentId }) => ({ ownerOf: agentId }),
    resolve: async ({ senderId }, _args, { loaders }) => {
      const sender = (await loaders.sender.load(senderId)) ?? (await loaders.agent.load(senderId));
      return sender?.displayName ?? null;
    },
  }),
}));
