import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Admission } from '../../application/admission/admission.ts';
import type { Payer } from '../../application/admission/levels.ts';
import type { Application } from '../../application/application.ts';
import type { Channel, ChannelClose, ChannelCloseCause, ChannelSink } from '../../application/channel/channel.ts';
import { currentCall, inTrace, listenerOfCall } from '../../application/ports/call.ts';
import { COST } from '../../application/ports/cost.ts';
import { InvalidInputError, OverloadedError } from '../../domain/errors.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { logClosedSocket } from '../call-fields.ts';
import { CLOSE_TOO_LARGE, channelClose } from '../close-codes.ts';
import { CONNECTION_CUT, closeSocket, type Heartbeats, type SocketDependencies } from '../heartbeat.ts';
import { byteLengthOf, markOversize, wasOversize, watchOversize } from '../message-bytes.ts';
import { untilClosed } from '../until-closed.ts';
import { writeTogether } from '../write-together.ts';
import { OrderedTasks } from './ordered-tasks.ts';
import { wireErrorOf } from './wire-errors.ts';
import {
  type AgentMessage,
  cancelMessage,
  errorMessage,
  readAgentMessage,
  readOversize,
  receivedMessage,
  refuse,
  unrecordedError,
  type WireError,
} from './wire-messages.ts';

export type ChannelSocketDependencies = Pick<SocketDependencies, 'clock' | 'log'> & {
  readonly heartbeats: Heartbeats;
  readonly app: Pick<Application, 'requests' | 'channels' | 'keys'>;
  readonly admission: Admission;
  /** Bytes of a message; an outcome may be longer to be told so, see OVERSIZE_FACTOR. */
  readonly maxMessageSize: number;
};

/** Messages of one socket that are taken in before they are answered; then it is not read until half of them are. */
const UNFINISHED_MAX = 128;

/** A socket whose agent has used up what its answers may cost is read again after so long. */
const READ_AGAIN_MS = 1_000;
const FLOODED = 'What you answer comes to nothing too often.';

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
  const { heartbeats } = deps;
  const served = new ChannelSocket(connection, socket, channel, principal, deps);
  watchOversize(socket);
  // A socket says its code where it closes later than now.
  untilClosed(socket, (code?: number) => served.end(code));
  const onMessage = (data: RawData, isBinary: boolean) => served.take(data, isBinary);
  socket.on('message', listenerOfCall(onMessage));
  heartbeats.start(socket, connection);
  channel.attach(served);
}

/** One served socket. A node has as many as it has idle agents, so it is one object and no closures. */
class ChannelSocket implements ChannelSink {
  readonly #connection: Duplex;
  readonly #socket: WebSocket;
  readonly #channel: Channel;
  readonly #principal: AgentPrincipal;
  readonly #deps: ChannelSocketDependencies;
  /** Made when the first message is taken. */
  #tasks: OrderedTasks | null = null;
  #isTaking = true;
  #isSlowedDown = false;
  readonly #payer: Payer;
  #messages = 0;
  readonly #openedAt: number;
  readonly #call = currentCall();

  constructor(
    connection: Duplex,
    socket: WebSocket,
    channel: Channel,
    principal: AgentPrincipal,
    deps: ChannelSocketDependencies,
  ) {
    this.#connection = connection;
    this.#socket = socket;
    this.#channel = channel;
    this.#principal = principal;
    this.#deps = deps;
    this.#openedAt = deps.clock.monotonic();
    const { admission } = deps;
    this.#payer = admission.payerOf(principal);
    const account = this.#call?.account;
    if (!account) return;
    admission.open(account, this.#payer);
    // What it took to open the channel is paid; from here on it costs what comes to nothing.
    account.settle();
    account.isAnswer = true;
    account.markRecorded();
  }

  deliver(request: Request): void {
    this.#send(receivedMessage(request));
  }

  withdraw(requestId: string, reason: string): void {
    this.#send(cancelMessage(requestId, reason));
  }

  unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  close(close: ChannelClose): void {
    if (KEY_IS_GONE.has(close.cause)) this.#isTaking = false;
    closeSocket(this.#socket, this.#deps.clock, channelClose(close));
  }

  /** The socket is gone; it may not say with which code. */
  end(code: number = CONNECTION_CUT): void {
    this.#isTaking = false;
    const { clock, log } = this.#deps;
    const ms = clock.monotonic() - this.#openedAt;
    const life = { call: this.#call, transport: 'websocket', ms, operations: this.#messages } as const;
    logClosedSocket(log, this.#socket, code, life);
    void this.#deps.app.channels.end(this.#channel, wasOversize(this.#socket) ? 'oversize' : 'disconnected');
  }

  /** The agent sent that. */
  take(data: RawData, isBinary: boolean): void {
    if (!this.#isTaking) return;
    this.#messages += 1;
    const { maxMessageSize, clock } = this.#deps;
    const text = String(data);
    const message = byteLengthOf(data) <= maxMessageSize ? readAgentMessage(text) : readOversize(text, maxMessageSize);
    if (message === null) {
      markOversize(this.#socket);
      closeSocket(this.#socket, clock, CLOSE_TOO_LARGE);
    } else if (!this.#isAdmitted(message)) this.#run('', () => this.#answer(this.#flooded(message)));
    else if ('error' in message) this.#run('', () => this.#answer(message.error));
    // Whatever it comes in, an outcome is taken: its request would wait in vain.
    else if (isBinary && message.type !== 'outcome') this.#run('', () => this.#answer(NOT_BINARY.error));
    else if (message.type !== 'heartbeat') {
      // What follows an ack may be written together with it; the store keeps them in their order.
      const letsNextBegin = message.type === 'ack';
      this.#run(message.requestId, (turn) => this.#handle(message, turn), letsNextBegin);
    }
  }

  /**
   * Whether the message is taken in. Outcomes are, whatever became of others, and so is an ack that is waited for; anything else
   * costs, and where what that may cost is used up it is refused, and the socket is not read for a moment.
   */
  #isAdmitted(message: AgentMessage | { readonly error: WireError }): boolean {
    const type = 'error' in message ? 'error' : message.type;
    if (type === 'outcome') return true;
    if ('requestId' in message && type === 'ack' && this.#channel.awaitsAck(message.requestId)) return true;
    const account = this.#call?.account;
    account?.addFutile(type === 'error' ? COST.call : COST.frame);
    account?.settle();
    if (this.#deps.admission.hasLeft(this.#payer.answers)) return true;
    this.#slowDown();
    return false;
  }

  #slowDown(): void {
    if (this.#isSlowedDown) return;
    this.#isSlowedDown = true;
    this.#socket.pause();
    this.#deps.admission.noteRefused(this.#payer);
    this.#deps.clock.after(READ_AGAIN_MS, () => {
      this.#isSlowedDown = false;
      this.#resume();
    });
  }

  #resume(): void {
    if (!this.#isSlowedDown && !this.#tasks?.isFull) this.#socket.resume();
  }

  #flooded(message: AgentMessage | { readonly error: WireError }): WireError {
    const requestId = 'requestId' in message ? message.requestId : '';
    return wireErrorOf(new OverloadedError(1, FLOODED), requestId, this.#deps.log);
  }

  #run(key: string, task: (turn: Promise<unknown>) => Promise<void>, letsNextBegin = false): void {
    this.#tasks ??= new OrderedTasks({
      max: UNFINISHED_MAX,
      onFull: () => this.#socket.pause(),
      onRoom: () => this.#resume(),
    });
    this.#tasks.run(key, task, { letsNextBegin });
  }

  async #handle(message: Exclude<AgentMessage, { type: 'heartbeat' }>, turn: Promise<unknown>): Promise<void> {
    try {
      if (this.#isTaking) await inTrace(message.trace, () => this.#report(message, turn));
    } catch (error) {
      this.#call?.account.addFutile(COST.call);
      await turn;
      await this.#answer(wireErrorOf(error, message.requestId, this.#deps.log));
    }
  }

  async #report(message: Exclude<AgentMessage, { type: 'heartbeat' }>, turn: Promise<unknown>): Promise<void> {
    const { requests } = this.#deps.app;
    const { requestId } = message;
    const channelId = this.#channel.record.id;
    if (message.type === 'ack') {
      await requests.acknowledge(this.#principal, { requestId }, channelId);
      return;
    }
    if (message.type === 'progress') return this.#reportProgress(message);
    const unrecorded = await requests.reportOutcome(this.#principal, requestId, message.report, channelId);
    if (!unrecorded) return;
    await turn;
    await this.#answer(unrecordedError(unrecorded, message.complaint, requestId));
  }

  /** What is wrong with it has a code of its own: it says nothing of the outcome. */
  async #reportProgress({ requestId, progress }: Extract<AgentMessage, { type: 'progress' }>): Promise<void> {
    try {
      const input = { requestId, ...progress };
      await this.#deps.app.requests.reportProgress(this.#principal, input, this.#channel.record.id);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      const why = error.issues.map(({ path, message }) => `${memberOf(path)} ${message}`).join('; ');
      await this.#answer(refuse('invalid_progress', `${why}.`, requestId).error);
    }
  }

  /** Resolves when the answer is on the wire. */
  #answer(error: WireError): Promise<void> {
    return new Promise((resolve) => this.#send(errorMessage(error), () => resolve()));
  }

  #send(text: string, onSent: () => void = () => {}): void {
    // Requests that are stored together are delivered together.
    if (this.#socket.readyState === this.#socket.OPEN) {
      writeTogether(this.#connection);
      this.#socket.send(text, onSent);
    } else onSent();
  }
}

/** What the message calls it. */
const memberOf = (path: string): string => {
  const name = path.replace(/^input\./, '');
  return name === 'value' ? 'progress' : name === 'requestId' ? 'request_id' : name;
};
