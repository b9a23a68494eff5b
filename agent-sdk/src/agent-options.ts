import { answerLimit } from './answer-limit.ts';
import type { AuditOptions } from './audit-watch.ts';
import type { ChannelTransport } from './channel.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Verdict } from './closure.ts';
import type { Dialled } from './connection-loop.ts';
import { checkedKey } from './credentials.ts';
import type { Endpoints } from './endpoints.ts';
import type { AgentStoppedError } from './errors.ts';
import { GraphqlTransport } from './graphql-channel.ts';
import type { Fetch } from './graphql-http.ts';
import type { ReceivedRequest } from './handlers.ts';
import { consoleLogger, type Logger, withoutSecret } from './logger.ts';
import { describeError, type Failure, MAX_RESULT_BYTES } from './outcome.ts';
import { endpointsOfAll, type PlatformUrl, PlatformUrls } from './platform-urls.ts';
import { WebSocketTransport } from './websocket-channel.ts';

/** How an agent connects and works. Only `url` and `apiKey` are needed. */
export interface ClawciergeAgentOptions {
  /**
   * The platform (`http://localhost:8000`) or the agent's raw WebSocket (`ws://localhost:8000/v1/agents/<id>/ws`). Several
   * where the platform has several: the first one that answers is used, for as long as it does.
   */
  readonly url: PlatformUrl;
  /** The agent's key, `clw_agent_…`. */
  readonly apiKey: string;
  /**
   * The GraphQL subscription, or the raw WebSocket. Both deliver the same.
   * @default 'graphql', and 'websocket' where `url` names a raw WebSocket
   */
  readonly transport?: 'graphql' | 'websocket';
  /**
   * How many handlers run at a time.
   * @default 8
   */
  readonly concurrency?: number;
  /**
   * How many acked requests may wait for a handler. Those beyond are left unacked, so that the platform assigns them to
   * another channel of the agent, or to this one later. The last tenth is for senders that have none waiting, and no
   * sender gets more than half while others wait.
   * @default 1000
   */
  readonly queueLimit?: number;
  /**
   * How many finished requests are remembered, with their outcome, for redeliveries.
   * @default 1000
   */
  readonly rememberFinished?: number;
  /**
   * The bound of the first reconnection's delay, which doubles with each.
   * @default 250
   */
  readonly backoffBaseMs?: number;
  /**
   * The bound that no reconnection's delay passes.
   * @default 30000
   */
  readonly backoffCapMs?: number;
  /**
   * How often the SDK pings the platform.
   * @default 15000
   */
  readonly keepAliveMs?: number;
  /**
   * When nothing is heard for so long, pongs included, the connection counts as lost.
   * @default 45000
   */
  readonly silenceMs?: number;
  /**
   * The platform's WS_MAX_MESSAGE_SIZE. A result that fits no message goes by HTTP.
   * @default 65536
   */
  readonly maxMessageBytes?: number;
  /**
   * The platform's RESULT_MAX_BYTES. A larger result fails its request with `result_too_large`.
   * @default 1048576
   */
  readonly maxResultBytes?: number;
  /**
   * The largest answer that is taken of the platform, in bytes; more of one leads to AnswerTooLargeError. A larger message ends its
   * socket.
   * @default 16777216
   */
  readonly maxAnswerBytes?: number;
  /**
   * What a thrown error says to the request's sender. By default an ActionError's code and message, and of anything
   * else nothing: `agent_error` and a generic text. The log has what was thrown.
   */
  readonly describeError?: (error: unknown, request: ReceivedRequest) => Failure | Promise<Failure>;
  /** Called each time the channel is open. */
  readonly onConnected?: () => void;
  /** Called each time a connection is lost or could not be made; another try follows after `retryInMs`. */
  readonly onDisconnected?: (verdict: Verdict, retryInMs: number) => void;
  /** Called once, when the platform has turned the agent away for good. */
  readonly onStopped?: (error: AgentStoppedError) => void;
  /**
   * How the platform is held to its audit trail: while the channel is open, once an hour, a newer checkpoint is to have all of the one
   * before. False for not at all.
   * @default what AuditOptions says
   */
  readonly audit?: AuditOptions | false;
  /** @default consoleLogger('warn') */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: from 0 up to, not including, 1. */
  readonly random?: () => number;
  /** For tests and proxies: how HTTP requests are made. */
  readonly fetch?: Fetch;
}

const HTTP_TIMEOUT_MS = 30_000;

/** The options, checked, with every default in its place. */
export function agentSettings(options: ClawciergeAgentOptions) {
  const settings = {
    concurrency: whole('concurrency', options.concurrency ?? 8, 1),
    queueLimit: whole('queueLimit', options.queueLimit ?? 1_000, 0),
    rememberFinished: whole('rememberFinished', options.rememberFinished ?? 1_000, 1),
    backoffBaseMs: whole('backoffBaseMs', options.backoffBaseMs ?? 250, 1),
    backoffCapMs: whole('backoffCapMs', options.backoffCapMs ?? 30_000, 1),
    keepAliveMs: whole('keepAliveMs', options.keepAliveMs ?? 15_000, 1),
    silenceMs: whole('silenceMs', options.silenceMs ?? 45_000, 1),
    maxMessageBytes: whole('maxMessageBytes', options.maxMessageBytes ?? 65_536, 1_024),
    maxResultBytes: whole('maxResultBytes', options.maxResultBytes ?? MAX_RESULT_BYTES, 1_024),
    maxAnswerBytes: answerLimit(options.maxAnswerBytes),
    describeError: options.describeError ?? describeError,
    logger: withoutSecret(options.logger ?? consoleLogger(), checkedKey(options.apiKey)),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  if (settings.silenceMs <= settings.keepAliveMs) throw new RangeError('silenceMs must be longer than keepAliveMs');
  return { ...settings, transports: transportsOf(options, settings) };
}

export type AgentSettings = ReturnType<typeof agentSettings>;

interface Shared {
  readonly clock: Clock;
  readonly keepAliveMs: number;
  readonly silenceMs: number;
  readonly maxMessageBytes: number;
  readonly maxAnswerBytes: number;
}

/** One for each URL. */
function transportsOf(options: ClawciergeAgentOptions, settings: Shared): readonly [Dialled, ...Dialled[]] {
  const [first, ...others] = endpointsOfAll(options.url);
  const named = [first, ...others].flatMap(({ agentId }) => agentId ?? []);
  if (new Set(named).size > 1) throw new TypeError('url must name one agent, not several');
  const name = options.transport ?? (named.length === 0 ? 'graphql' : 'websocket');
  const dialled = (endpoints: Endpoints): Dialled => ({
    base: endpoints.base,
    transport: transportAt(endpoints, name, options, settings),
  });
  return [dialled(first), ...others.map(dialled)];
}

function transportAt(
  endpoints: Endpoints,
  name: 'graphql' | 'websocket',
  options: ClawciergeAgentOptions,
  { clock, keepAliveMs, silenceMs, maxMessageBytes, maxAnswerBytes }: Shared,
): ChannelTransport {
  const apiKey = checkedKey(options.apiKey);
  const http = {
    urls: new PlatformUrls(endpoints.base),
    apiKey,
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: HTTP_TIMEOUT_MS,
    maxAnswerBytes,
  };
  const shared = { apiKey, http, clock, keepAliveMs, silenceMs, maxMessageBytes };
  switch (name) {
    case 'graphql':
      return new GraphqlTransport({ ...shared, socketUrl: endpoints.graphqlSocket });
    case 'websocket':
      return new WebSocketTransport({
        ...shared,
        agentId: endpoints.agentId,
        channelOf: (agentId) => endpoints.channelOf(agentId),
        infoUrl: endpoints.info,
      });
    default:
      throw new TypeError(`transport must be 'graphql' or 'websocket'`);
  }
}

function whole(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number of at least ${least}`);
  }
  return value;
}
