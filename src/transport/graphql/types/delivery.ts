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
    description: `${descriptionOf(REQUEST, 'deliveries')} [admin]`,
    extensions: FEW,
    authScopes: { admin: true },
    resolve: ({ deliveries }) => [...deliveries],
  }),
  outcomeAttempt: t.int({
    nullable: true,
    description: `${descriptionOf(REQUEST, 'outcomeAttempt')} [admin]`,
    authScopes: { admin: true },
    resolve: ({ outcomeAttempt }) => outcomeAttempt,
  }),
  senderName: t.string({
    nullable: true,
    description: 'The display name of the sender, or of the agent, that sent it; null once that is deleted. [admin]',
    authScopes: { admin: true },
    resolve: async ({ senderId }, _args, { loaders }) => {
      const sender = (await loaders.sender.load(senderId)) ?? (await loaders.agent.load(senderId));
      return sender?.displayName ?? null;
    },
  }),
}));
