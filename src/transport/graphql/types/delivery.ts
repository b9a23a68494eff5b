import type { Delivery } from '../../../domain/request.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { RequestType } from './refs.ts';

const DeliveryType = builder.objectRef<Delivery>('Delivery').implement({
  description: 'One hand-over of a request to a channel.',
  fields: (t) => ({
    attempt: t.exposeInt('attempt', { description: '1 for the first one, one higher for each later one.' }),
    channelId: t.exposeID('channelId', { description: 'The channel that it was handed to.' }),
    nodeId: t.exposeID('nodeId', { description: 'The node of that channel.' }),
    deliveredAt: t.expose('deliveredAt', { type: 'DateTime', description: 'When it was handed over.' }),
    ackedAt: t.expose('ackedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the agent acknowledged it; null if it did not.',
    }),
  }),
});

builder.objectFields(RequestType, (t) => ({
  deliveries: t.field({
    type: [DeliveryType],
    description: 'Each hand-over to a channel, in order. [admin]',
    extensions: FEW,
    authScopes: { admin: true },
    resolve: ({ deliveries }) => [...deliveries],
  }),
  outcomeAttempt: t.int({
    nullable: true,
    description: 'The attempt whose report was recorded; null while there is none. [admin]',
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
