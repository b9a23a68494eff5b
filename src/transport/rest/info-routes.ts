import type { FastifyRequest } from 'fastify';
import { FINAL_STATUSES, OPEN_STATUSES } from '../../domain/request.ts';
import { json, problems } from './responses.ts';
import { type AboutPlatform, type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';
import { lowerCaseOf } from './schemas/parts.ts';

/** `/v1/info`: how a program uses the platform, without reading a page first. */
export function addInfoRoutes(scope: RestScope, { about }: RestDependencies): void {
  scope.get(
    '/v1/info',
    {
      schema: {
        operationId: 'getInfo',
        tags: ['Platform'],
        summary: 'How to use this platform',
        description: 'Machine-readable: where everything is, how to authenticate, states, wire messages, close codes.',
        security: WITHOUT_KEY,
        response: {
          200: json('About the platform.', 'Info', infoOf(about, 'https://clawcierge.example')),
          ...problems('internal-error'),
        },
      },
    },
    async (request) => infoOf(about, about.publicUrl?.replace(/\/+$/, '') ?? originOf(request)),
  );
}

/** How the caller reached us. */
const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host || 'localhost'}`;

const infoOf = (about: AboutPlatform, origin: string) => {
  const socketOrigin = origin.replace(/^http/, 'ws');
  return {
    name: 'Clawcierge',
    version: about.version,
    description: about.description,
    links: {
      graphql: `${origin}/graphql`,
      graphiql: `${origin}/graphql`,
      openapi: `${origin}/openapi.json`,
      docs: `${origin}/docs`,
      websocket: `${socketOrigin}/graphql`,
      agent_channel: `${socketOrigin}/v1/agents/{id}/ws`,
    },
    authentication: {
      scheme: 'Authorization: Bearer <api_key>',
      agent_key: { prefix: 'clw_agent_', from: 'POST /v1/agents' },
      sender_key: { prefix: 'clw_sender_', from: 'POST /v1/senders' },
      graphql_websocket: { connection_init: { payload: { authorization: 'Bearer <api_key>' } } },
      agent_channel: 'the same header at the upgrade, or ?token=<api_key>',
    },
    requests: { open: lowerCaseOf(OPEN_STATUSES), final: lowerCaseOf(FINAL_STATUSES) },
    agent_channel: agentChannelOf(about),
  };
};

const agentChannelOf = (about: AboutPlatform) => ({
  max_message_bytes: about.maxMessageBytes,
  ping_interval_seconds: about.heartbeatIntervalSeconds,
  silence_timeout_seconds: about.heartbeatTimeoutSeconds,
  from_platform: {
    'request.received': ['request_id', 'action', 'params', 'sender_id', 'attempt', 'expires_at'],
    'request.cancel': ['request_id', 'reason'],
    ping: [],
    error: ['code', 'message', 'request_id?'],
  },
  from_agent: {
    ack: ['request_id'],
    'action.result': ['request_id', 'status: completed | error', 'result', 'error: text | {code, message}'],
    heartbeat: [],
  },
  error_codes: [
    'invalid_json',
    'invalid_message',
    'unknown_type',
    'request_not_found',
    'request_finished',
    'unavailable',
    'internal_error',
  ],
  close_codes: {
    1001: 'the node is shutting down: connect again at once',
    1009: 'a message was too large: send smaller ones',
    4001: 'the key was revoked or has expired, or the agent was deleted: stop',
    4008: 'no sign of life for too long: connect again',
    4009: 'more channels than one agent may hold: close one first',
    4029: 'the agent reads too slowly: connect again, and read faster',
  },
});
