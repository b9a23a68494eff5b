import { Buffer } from 'node:buffer';
import type { Answer, Channel, ChannelEvents, ChannelTransport, TransportOptions } from './channel.ts';
import type { Closure } from './closure.ts';
import { ChannelLostError, PlatformError } from './errors.ts';
import {
  AcknowledgeRequestDocument,
  AgentChannelDocument,
  type AgentChannelSubscription,
  CompleteRequestDocument,
  FailRequestDocument,
  ReportProgressDocument,
  ViewerDocument,
} from './generated/graphql.ts';
import { type End, GraphqlSocket } from './graphql-socket.ts';
import { MessageLimit } from './message-limit.ts';
import type { Completed, Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { answerOf, completeOverHttp } from './report-over-http.ts';
import type { TraceParent } from './trace-parent.ts';

/** What an operation's text and frame take of a message, beside its variables. */
const ENVELOPE_BYTES = 2_048;
const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 1_000;

export interface GraphqlTransportOptions extends TransportOptions {
  readonly socketUrl: string;
}

/** Holds channels as the `agentChannel` subscription; acks and outcomes are mutations on the same socket. */
export class GraphqlTransport implements ChannelTransport {
  readonly name = 'graphql';
  readonly #options: GraphqlTransportOptions;
  readonly #limit: MessageLimit;

  constructor(options: GraphqlTransportOptions) {
    this.#options = options;
    this.#limit = new MessageLimit(options.maxMessageBytes);
  }

  connect(events: ChannelEvents): Channel {
    return new GraphqlChannel(this.#options, this.#limit, events);
  }
}

class GraphqlChannel implements Channel {
  readonly #options: GraphqlTransportOptions;
  readonly #limit: MessageLimit;
  readonly #events: ChannelEvents;
  readonly #socket: GraphqlSocket;
  /** Fires with the end: what goes by HTTP does not outlive the channel. */
  readonly #over = new AbortController();
  #opened = false;
  /** Why the platform refused the subscription, which the socket's own end would not tell. */
  #refusal: Closure | undefined;
  #callOffLook = () => {};

  constructor(options: GraphqlTransportOptions, limit: MessageLimit, events: ChannelEvents) {
    this.#options = options;
    this.#limit = limit;
    this.#events = events;
    this.#socket = new GraphqlSocket({
      url: options.socketUrl,
      apiKey: options.apiKey,
      clock: options.clock,
      maxAnswerBytes: options.http.maxAnswerBytes,
      keepAliveMs: options.keepAliveMs,
      silenceMs: options.silenceMs,
      idleMs: 0,
      onConnected: () => void this.#look(FIRST_LOOK_MS),
      onClosed: (closure) => {
        this.#callOffLook();
        limit.learn(closure);
        this.#over.abort(new ChannelLostError('The channel ended before the platform had answered.'));
        events.closed(this.#refusal ?? closure);
      },
    });
    this.#socket.subscribe(
      AgentChannelDocument,
      {},
      {
        next: (data) => this.#receive(data),
        ended: (end) => this.#giveUp(end),
      },
    );
  }

  async acknowledge(requestId: string, trace?: TraceParent): Promise<Answer> {
    const data = await this.#socket.execute(AcknowledgeRequestDocument, { requestId }, trace);
    return answerOf(data.acknowledgeRequest);
  }

  async report(requestId: string, outcome: Outcome): Promise<Answer> {
    if (outcome.status === 'failed') {
      const { code, message } = outcome;
      const data = await this.#socket.execute(FailRequestDocument, { requestId, code, message }, outcome.trace);
      return answerOf(data.failRequest);
    }
    const bytes = Buffer.byteLength(outcome.json) + ENVELOPE_BYTES;
    return (
      (await this.#completeOnSocket(requestId, outcome, bytes)) ??
      completeOverHttp(this.#options.http, requestId, outcome, this.#over.signal)
    );
  }

  async progress(requestId: string, progress: Progress): Promise<void> {
    await this.#socket.execute(ReportProgressDocument, { requestId, ...progress });
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  abandon(reason: string): void {
    this.#socket.terminate(reason);
  }

  /** Undefined for what is too large for the socket. */
  async #completeOnSocket(requestId: string, outcome: Completed, bytes: number): Promise<Answer | undefined> {
    if (!this.#limit.admits(bytes)) return undefined;
    try {
      const variables = { requestId, result: JSON.parse(outcome.json) };
      const data = await this.#socket.execute(CompleteRequestDocument, variables, outcome.trace);
      return answerOf(data.completeRequest);
    } catch (error) {
      if (!(error instanceof PlatformError && error.code === 'MESSAGE_TOO_LARGE')) throw error;
      this.#limit.refused(bytes);
      return undefined;
    }
  }

  #receive({ agentChannel: event }: AgentChannelSubscription): void {
    this.#open();
    if (event.__typename === 'RequestCancel') this.#events.cancelled(event.requestId, event.reason);
    else this.#events.received(event);
  }

  /**
   * graphql-transport-ws has no answer that says "subscribed", so the agent's own status does: it is ACTIVE while a
   * channel is open. The same question finds out that the key is none of an agent.
   */
  async #look(pauseMs: number): Promise<void> {
    try {
      const { viewer } = await this.#socket.execute(ViewerDocument, {});
      if (viewer?.__typename !== 'Agent') return this.#giveUp(notAnAgent);
      if (viewer.status === 'ACTIVE') return this.#open();
    } catch {
      // A refusal ends the subscription too, which tells why.
    }
    if (this.#opened || this.#socket.isOver) return;
    const next = Math.min(pauseMs * 2, LAST_LOOK_MS);
    this.#callOffLook = this.#options.clock.after(pauseMs, () => void this.#look(next));
  }

  #open(): void {
    if (this.#opened || this.#socket.isOver || this.#refusal) return;
    this.#opened = true;
    this.#callOffLook();
    this.#events.opened();
  }

  #giveUp(end: End): void {
    if (end.kind === 'operation-refused') this.#refusal ??= end;
    if (!this.#socket.isOver) void this.#socket.close();
  }
}

const notAnAgent: Closure = {
  kind: 'operation-refused',
  code: 'FORBIDDEN',
  message: 'The key is not an agent’s, or the platform does not know it.',
};
