import { Buffer } from 'node:buffer';
import { textWithin } from './answer-limit.ts';
import type { Answer, Channel, ChannelEvents, ChannelTransport, TransportOptions } from './channel.ts';
import type { Closure } from './closure.ts';
import { bearer } from './credentials.ts';
import { deferred } from './deferred.ts';
import { ChannelLostError, ForbiddenError, UnauthenticatedError } from './errors.ts';
import { ViewerDocument } from './generated/graphql.ts';
import { executeOverHttp } from './graphql-http.ts';
import { MessageLimit } from './message-limit.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { completeOverHttp } from './report-over-http.ts';
import { SilenceWatch } from './silence-watch.ts';
import { PlatformSocket } from './socket.ts';
import type { TraceParent } from './trace-parent.ts';
import { type PlatformMessage, platformMessageOf } from './wire-messages.ts';

const CLOSE_TIMEOUT_MS = 1_000;
/** How long the platform may take to say what it takes. */
const INFO_TIMEOUT_MS = 5_000;

export interface WebSocketTransportOptions extends TransportOptions {
  /** The agent's id where the URL named it; otherwise the platform is asked whose the key is. */
  readonly agentId: string | undefined;
  channelOf(agentId: string): string;
  readonly infoUrl: string;
}

/** Holds channels as `WS /v1/agents/{id}/ws`. */
export class WebSocketTransport implements ChannelTransport {
  readonly name = 'websocket';
  readonly #options: WebSocketTransportOptions;
  readonly #limit: MessageLimit;
  #agentId: string | undefined;
  #hasAsked = false;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.#limit = new MessageLimit(options.maxMessageBytes);
    this.#agentId = options.agentId;
  }

  connect(events: ChannelEvents): Channel {
    return new RawChannel(this.#options, this.#limit, events, async (signal) => {
      const [agentId] = await Promise.all([this.#findAgentId(signal), this.#askForLimit(signal)]);
      return agentId;
    });
  }

  /** Once: a result over the limit fails its request, where a platform could take less than the agent was told. */
  async #askForLimit(signal: AbortSignal): Promise<void> {
    if (this.#hasAsked) return;
    const { http, infoUrl } = this.#options;
    try {
      const waited = AbortSignal.any([signal, AbortSignal.timeout(INFO_TIMEOUT_MS)]);
      const response = await http.fetch(infoUrl, { redirect: 'error', signal: waited });
      const bytes = maxMessageBytesIn(JSON.parse(await textWithin(http.maxAnswerBytes, response)));
      if (bytes !== undefined) this.#limit.told(bytes);
      this.#hasAsked = true;
    } catch {
      // What it was told holds until it is asked again, with the next connection.
    }
  }

  async #findAgentId(signal: AbortSignal): Promise<string> {
    if (this.#agentId !== undefined) return this.#agentId;
    const { viewer } = await executeOverHttp(this.#options.http, ViewerDocument, {}, signal);
    if (!viewer) throw new UnauthenticatedError('The platform does not know the key.');
    if (viewer.__typename !== 'Agent') throw new ForbiddenError('The key is not an agent’s.');
    this.#agentId = viewer.id;
    return viewer.id;
  }
}

class RawChannel implements Channel {
  readonly #options: WebSocketTransportOptions;
  readonly #limit: MessageLimit;
  readonly #events: ChannelEvents;
  readonly #gone = deferred<void>();
  #socket: PlatformSocket | undefined;
  /** Fires with the end: nothing that was begun for this channel outlives it. */
  readonly #over = new AbortController();
  #opened = false;
  /** Why this side cut the connection. */
  #abandoned: string | undefined;
  #stopKeepingAlive = () => {};

  constructor(
    options: WebSocketTransportOptions,
    limit: MessageLimit,
    events: ChannelEvents,
    findAgentId: (signal: AbortSignal) => Promise<string>,
  ) {
    this.#limit = limit;
    this.#options = options;
    this.#events = events;
    findAgentId(this.#over.signal).then(
      (agentId) => this.#dial(agentId),
      (error: Error) => this.#end(closureOfError(error)),
    );
  }

  async acknowledge(requestId: string, trace?: TraceParent): Promise<Answer> {
    await this.#send({ type: 'ack', request_id: requestId, ...trace });
    return { kind: 'taken' };
  }

  async report(requestId: string, outcome: Outcome): Promise<Answer> {
    const message = { type: 'action.result', request_id: requestId, ...outcome.trace };
    if (outcome.status === 'failed') {
      const { code, message: text } = outcome;
      await this.#send({ ...message, status: 'error', error: { code, message: text } });
      return { kind: 'taken' };
    }
    // The result is JSON already; parsing it only to write it again would be for nothing.
    const head = JSON.stringify({ ...message, status: 'completed' }).slice(0, -1);
    const text = `${head},"result":${outcome.json}}`;
    if (!this.#limit.admits(Buffer.byteLength(text))) {
      return completeOverHttp(this.#options.http, requestId, outcome, this.#over.signal);
    }
    await this.#sendText(text);
    return { kind: 'taken' };
  }

  progress(requestId: string, { value: progress, ...details }: Progress): Promise<void> {
    return this.#send({ type: 'progress', request_id: requestId, progress, ...details });
  }

  async close(): Promise<void> {
    if (this.#over.signal.aborted) return;
    if (!this.#socket) return this.abandon('closed while connecting');
    this.#socket.close(1000);
    const callOff = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => this.#socket?.terminate());
    await this.#gone.promise;
    callOff();
  }

  abandon(reason: string): void {
    this.#abandoned ??= reason;
    if (this.#socket) this.#socket.terminate();
    else this.#end({ kind: 'closed', code: 1006, reason });
  }

  #dial(agentId: string): void {
    if (this.#over.signal.aborted) return;
    const { apiKey, http } = this.#options;
    const url = this.#options.channelOf(agentId);
    const socket = new PlatformSocket(url, [], { maxAnswerBytes: http.maxAnswerBytes, headers: bearer(apiKey) });
    this.#socket = socket;
    socket.on('open', () => {
      this.#keepAlive(socket);
      // A channel too many is upgraded, too, and closed at once: the one that answers is open.
      socket.once('pong', () => this.#open());
      socket.ping();
    });
    socket.on('message', (data) => this.#receive(platformMessageOf(String(data))));
    socket.on('close', (code, reason) => this.#end(socket.closure(code, this.#abandoned ?? String(reason))));
  }

  /** Its own pings, so that a dead connection is noticed whatever rhythm the platform's have. */
  #keepAlive(socket: PlatformSocket): void {
    const { clock, keepAliveMs, silenceMs } = this.#options;
    const silence = new SilenceWatch(clock, silenceMs, () => this.abandon('nothing was heard from the platform'));
    for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, () => silence.heard());
    const ping = () => {
      socket.ping();
      callOff = clock.after(keepAliveMs, ping);
    };
    let callOff = clock.after(keepAliveMs, ping);
    this.#stopKeepingAlive = () => {
      silence.stop();
      callOff();
    };
  }

  #open(): void {
    if (this.#opened || this.#over.signal.aborted) return;
    this.#opened = true;
    this.#events.opened();
  }

  #receive(message: PlatformMessage | undefined): void {
    this.#open();
    switch (message?.type) {
      case 'request.received':
        this.#events.received(message.delivery);
        break;
      case 'request.cancel':
        this.#events.cancelled(message.requestId, message.reason);
        break;
      case 'ping':
        void this.#send({ type: 'heartbeat' }).catch(() => {});
        break;
      case 'error':
        if (message.requestId !== undefined) this.#events.answered(message.requestId, message.answer);
    }
  }

  #send(message: object): Promise<void> {
    return this.#sendText(JSON.stringify(message));
  }

  #sendText(text: string): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const lost = () => reject(new ChannelLostError('The connection ended before the message was sent.'));
      if (!socket || socket.readyState !== PlatformSocket.OPEN) return lost();
      socket.send(text, (error) => (error ? lost() : resolve()));
    });
  }

  #end(closure: Closure): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort(new ChannelLostError('The channel ended before the platform had answered.'));
    this.#stopKeepingAlive();
    this.#limit.learn(closure);
    this.#events.closed(closure);
    this.#gone.resolve();
  }
}

/** How finding out the agent's id failed, as the end of a connection that never was. */
function closureOfError(error: Error): Closure {
  if (error instanceof UnauthenticatedError) {
    return { kind: 'operation-refused', code: 'UNAUTHENTICATED', message: error.message };
  }
  if (error instanceof ForbiddenError) return { kind: 'operation-refused', code: 'FORBIDDEN', message: error.message };
  return { kind: 'closed', code: 1006, reason: error.message };
}

/** `agent_channel.max_message_bytes` of GET /v1/info. */
function maxMessageBytesIn(info: unknown): number | undefined {
  const channel: unknown = Object(info).agent_channel;
  const bytes: unknown = Object(channel).max_message_bytes;
  return typeof bytes === 'number' && bytes > 0 ? bytes : undefined;
}
