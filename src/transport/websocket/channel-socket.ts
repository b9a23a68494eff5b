import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Application } from '../../application/application.ts';
import type { Channel, ChannelCloseCause } from '../../application/channel/channel.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import { CHANNEL_CLOSE, CLOSE_TOO_LARGE } from '../close-codes.ts';
import { closeSocket, type SocketDependencies, startHeartbeat } from '../heartbeat.ts';
import { byteLengthOf, watchOversize } from '../message-bytes.ts';
import { listenerOfRequest } from '../request-id.ts';
import { untilClosed } from '../until-closed.ts';
import { writeTogether } from '../write-together.ts';
import { OrderedTasks } from './ordered-tasks.ts';
import { wireErrorOf } from './wire-errors.ts';
import {
  type AgentMessage,
  cancelMessage,
  errorMessage,
  PING,
  readAgentMessage,
  readOversize,
  receivedMessage,
  refuse,
  unrecordedError,
  type WireError,
} from './wire-messages.ts';

export type ChannelSocketDependencies = SocketDependencies & {
  readonly app: Pick<Application, 'requests' | 'channels' | 'keys'>;
  /** Bytes of a message; an outcome may be longer to be told so, see OVERSIZE_FACTOR. */
  readonly maxMessageSize: number;
};

/** Messages of one socket that are taken in before they are answered; then it is not read until half of them are. */
const UNFINISHED_MAX = 128;

const NOT_BINARY = refuse('invalid_message', 'Messages are text frames, not binary ones.');

/** Causes after which what the agent says does not count any more. */
const KEY_IS_GONE: ReadonlySet<ChannelCloseCause> = new Set(['key-revoked', 'key-expired', 'agent-deleted']);

/**
 * Puts a socket, which is on that connection, behind an open channel: what the channel delivers goes out, what the agent
 * answers goes to the use cases, and the channel ends with the socket. A client that floods it or does not read is slowed
 * down by TCP: its messages are not read before the answers to earlier ones are on the wire.
 */
export function serveChannel(
  connection: Duplex,
  socket: WebSocket,
  channel: Channel,
  principal: AgentPrincipal,
  deps: ChannelSocketDependencies,
): void {
  const { app, clock, log, maxMessageSize } = deps;
  let isTaking = true;
  const tasks = new OrderedTasks({
    max: UNFINISHED_MAX,
    onFull: () => socket.pause(),
    onRoom: () => socket.resume(),
  });

  const oversize = watchOversize(socket);

  untilClosed(socket, () => {
    isTaking = false;
    void app.channels.end(channel, oversize.wasOversize() ? 'oversize' : 'disconnected');
  });
  const onMessage = (data: RawData, isBinary: boolean) => {
    if (isTaking) take(data, isBinary);
  };
  socket.on('message', listenerOfRequest(onMessage));
  startHeartbeat(socket, deps, () => socket.send(PING)).onHeard(() => app.channels.recordHeartbeat(channel));
  channel.attach({
    deliver: (request) => send(receivedMessage(request)),
    withdraw: (requestId, reason) => send(cancelMessage(requestId, reason)),
    unsentBytes: () => socket.bufferedAmount,
    close: (cause) => {
      if (KEY_IS_GONE.has(cause)) isTaking = false;
      closeSocket(socket, clock, CHANNEL_CLOSE[cause]);
    },
  });

  function take(data: RawData, isBinary: boolean): void {
    const text = String(data);
    const message = byteLengthOf(data) <= maxMessageSize ? readAgentMessage(text) : readOversize(text, maxMessageSize);
    if (message === null) {
      oversize.mark();
      closeSocket(socket, clock, CLOSE_TOO_LARGE);
    } else if ('error' in message) tasks.run('', () => answer(message.error));
    // Whatever it comes in, an outcome is taken: its request would wait in vain.
    else if (isBinary && message.type !== 'outcome') tasks.run('', () => answer(NOT_BINARY.error));
    else if (message.type !== 'heartbeat') {
      // What follows an ack may be written together with it; the store keeps them in their order.
      const letsNextBegin = message.type === 'ack';
      tasks.run(message.requestId, (turn) => handle(message, turn), { letsNextBegin });
    }
  }

  async function handle(message: Exclude<AgentMessage, { type: 'heartbeat' }>, turn: Promise<unknown>): Promise<void> {
    try {
      if (isTaking) await report(message, turn);
    } catch (error) {
      await turn;
      await answer(wireErrorOf(error, message.requestId, log));
    }
  }

  async function report(message: Exclude<AgentMessage, { type: 'heartbeat' }>, turn: Promise<unknown>): Promise<void> {
    const { requestId } = message;
    if (message.type === 'ack') {
      await app.requests.acknowledge(principal, { requestId }, channel.record.id);
      return;
    }
    const unrecorded = await app.requests.reportOutcome(principal, requestId, message.report, channel.record.id);
    if (!unrecorded) return;
    await turn;
    await answer(unrecordedError(unrecorded, message.complaint, requestId));
  }

  /** Resolves when the answer is on the wire. */
  function answer(error: WireError): Promise<void> {
    return new Promise((resolve) => send(errorMessage(error), () => resolve()));
  }

  function send(text: string, onSent: () => void = () => {}): void {
    // Requests that are stored together are delivered together.
    if (socket.readyState === socket.OPEN) {
      writeTogether(connection);
      socket.send(text, onSent);
    } else onSent();
  }
}
