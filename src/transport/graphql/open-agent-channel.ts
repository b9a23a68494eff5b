import { GraphQLError } from 'graphql';
import { requireAgent } from '../../application/access.ts';
import { EventQueue } from '../../application/event-queue.ts';
import { paramsToDo, type Request } from '../../domain/request.ts';
import { CLOSE_TOO_SLOW, channelClose } from '../close-codes.ts';
import type { GraphQLContext } from './context.ts';

export type AgentChannelEvent =
  | { readonly kind: 'received'; readonly request: Request }
  | { readonly kind: 'cancel'; readonly requestId: string; readonly reason: string };

/** Events that wait for the socket, besides the bound on their bytes. */
const BACKLOG_MAX = 1_000;

/**
 * Opens the agent's channel behind a graphql-ws subscription. Only over a WebSocket: the channel's life is the
 * socket's, with its pings. Ends when the socket does, or with a close code when the platform ends it.
 */
export async function openAgentChannel(context: GraphQLContext): Promise<AsyncIterableIterator<AgentChannelEvent>> {
  const { app, socket } = context;
  const principal = requireAgent(context.principal, 'channel:open');
  if (socket === null) {
    throw new GraphQLError('agentChannel needs a WebSocket that speaks graphql-transport-ws.', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  const channel = await app.channels.open(principal, 'graphql');
  const queue = new EventQueue<AgentChannelEvent>({
    max: BACKLOG_MAX,
    weigh: (event) => (event.kind === 'received' ? paramsToDo(event.request).text.length : event.reason.length),
  }).onEnd(() => {
    void app.channels.end(channel, socket.wasOversize() ? 'oversize' : 'disconnected');
  });
  const push = (event: AgentChannelEvent) => {
    if (queue.size < BACKLOG_MAX) queue.push(event);
    else socket.close(CLOSE_TOO_SLOW);
  };
  channel.attach({
    deliver: (request) => push({ kind: 'received', request }),
    withdraw: (requestId, reason) => push({ kind: 'cancel', requestId, reason }),
    unsentBytes: () => queue.weight + socket.unsentBytes(),
    close: (close) => {
      socket.close(channelClose(close));
      queue.end();
    },
  });
  return queue;
}
