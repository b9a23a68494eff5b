import type { OpenChannel } from '../../../application/admin/read-channels.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { ChannelTransportEnum } from './enums.ts';
import { AgentType } from './refs.ts';

const ChannelType = builder.objectRef<OpenChannel>('Channel').implement({
  description: 'A channel that an agent holds open.',
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: ({ channel }) => channel.id }),
    transport: t.field({
      type: ChannelTransportEnum,
      description: 'What it is spoken over.',
      resolve: ({ channel }) => channel.transport,
    }),
    nodeId: t.id({ description: 'The node of the platform that holds it.', resolve: ({ channel }) => channel.nodeId }),
    openedAt: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ channel }) => channel.openedAt }),
    openRequests: t.exposeInt('openRequests', { description: 'How many unfinished requests it holds.' }),
  }),
});

builder.objectField(AgentType, 'channels', (t) =>
  t.field({
    type: [ChannelType],
    description: 'The channels that are open now, on every node, oldest first. [owner key] [owner:manage]',
    extensions: FEW,
    authScopes: ({ id }) => ({ ownerOf: id }),
    resolve: async ({ id }, _args, { app, principal }) => [...(await app.admin.channelsOfAgent(principal, id))],
  }),
);
