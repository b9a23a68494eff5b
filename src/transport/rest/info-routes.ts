import type { FastifyRequest } from 'fastify';
import { API_KEY_PREFIX, API_KEY_SCOPES } from '../../domain/api-key.ts';
import { isLoopback } from '../../domain/loopback.ts';
import { FINAL_STATUSES, OPEN_STATUSES } from '../../domain/request.ts';
import { CHANNEL_CLOSE_CODES, CHANNEL_ERROR_CODES, FROM_AGENT, FROM_PLATFORM } from './agent-channel-facts.ts';
import { json, problems } from './responses.ts';
import { type AboutPlatform, type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';
import { lowerCase } from './wire-fields.ts';

/** `/v1/info`: how a program uses the platform, without reading a page first. */
export function addInfoRoutes(scope: RestScope, { about }: RestDependencies): void {
  scope.get(
    '/v1/info',
    {
      schema: {
        operationId: 'getInfo',
        tags: ['Platform'],
        summary: 'How to use this platform',
        description:
          'Machine-readable: where everything is (without PUBLIC_URL relative to the address that was asked), how to authenticate, states, wire messages, close codes.',
        security: WITHOUT_KEY,
        response: {
          200: json('About the platform.', 'Info', infoOf(about, 'https://clawcierge.example')),
          ...problems('internal-error', 'overloaded'),
        },
      },
    },
    async (request) => infoOf(about, about.publicUrl?.replace(/\/+$/, '') ?? originOf(request)),
  );
}

/**
 * Where the caller reached us, or nothing, for addresses relative to that. Its Host is the caller's word, and an answer that
 * repeats it may lead others elsewhere; only a name of its own machine may not.
 */
function originOf({ protocol, host }: FastifyRequest): string {
  const url = `${protocol === 'https' ? 'https' : 'http'}://${host}`;
  if (!URL.canParse(url)) return '';
  const { origin, hostname } = new URL(url);
  return isLoopback(hostname) ? origin : '';
}

const infoOf = (about: AboutPlatform, origin: string) => {
  const socketOrigin = origin.replace(/^http/, 'ws');
  return {
    name: 'Clawcierge',
    version: about.version,
    description: about.description,
    links: {
      graphql: `${origin}/graphql`,
      ...(about.graphiql && { graphiql: `${origin}/graphql` }),
      openapi: `${origin}/openapi.json`,
      docs: `${origin}/docs`,
      ...(about.mcp && { mcp: `${origin}/mcp/{handle}` }),
      websocket: `${socketOrigin}/graphql`,
      agent_channel: `${socketOrigin}/v1/agents/{id}/ws`,
    },
    authentication: {
      scheme: 'Authorization: Bearer <api_key>',
      agent_key: { prefix: API_KEY_PREFIX.AGENT, from: 'POST /v1/agents' },
      sender_key: { prefix: API_KEY_PREFIX.SENDER, from: 'POST /v1/senders' },
      owner_key: { prefix: API_KEY_PREFIX.OWNER, from: 'POST /v1/agents without a key' },
      approver_key: { prefix: API_KEY_PREFIX.APPROVER, from: 'POST /v1/agents/{id}/approvers' },
      scopes: Object.fromEntries(Object.entries(API_KEY_SCOPES).map(([kind, scopes]) => [lowerCase(kind), scopes])),
      graphql_websocket: { connection_init: { payload: { authorization: 'Bearer <api_key>' } } },
      agent_channel: 'the same header at the upgrade, or ?token=<api_key>',
    },
    registration: { mode: about.registration, proof_of_work_bits: about.registrationPowBits },
    requests: { open: OPEN_STATUSES.map(lowerCase), final: FINAL_STATUSES.map(lowerCase) },
    agent_channel: agentChannelOf(about),
  };
};

const agentChannelOf = (about: AboutPlatform) => ({
  max_message_bytes: about.maxMessageBytes,
  max_result_bytes: about.resultMaxBytes,
  ping_interval_seconds: about.heartbeatIntervalSeconds,
  silence_timeout_seconds: about.heartbeatTimeoutSeconds,
  from_platform: FROM_PLATFORM,
  from_agent: FROM_AGENT,
  error_codes: CHANNEL_ERROR_CODES,
  close_codes: CHANNEL_CLOSE_CODES,
});
