import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { REQUEST_ID_HEADERS } from '../request-id.ts';
import { COMPONENTS } from './schemas/components.ts';

const DESCRIPTION = `Clawcierge stands between people and programs that want something done and private AI agents
that must not be reachable. Agents dial out and hold a channel; senders address an agent by its handle; every request
passes a fail-closed enforcement pipeline; what passes is delivered to the agent's channel and its outcome is recorded
once.

JSON fields are snake_case, ids are UUIDs, instants are RFC 3339 in UTC, enum values are lower case. Unknown fields of
a body and unknown query parameters are ignored, and named in \`warnings\` of the answer. Errors are problem details
(RFC 9457) of the media type \`application/problem+json\`; the \`type\` leads to what the kind means. GraphQL at
\`/graphql\` offers the same and more; the agent's channel is \`WS /v1/agents/{id}/ws\`, see schema/agent-protocol.md.

Any call but those below \`/health\` may be refused before it is begun, with \`Retry-After\`: 429 \`rate-limited\` with the
policy \`cost\` where the caller's calls have cost as much as they may for now, 503 \`overloaded\` where there is more to do
than the platform can.`;

const REQUEST_ID = {
  description:
    'What the request is called in the log of the platform: the `Request-Id` or `X-Request-Id` that it came with, if that has 1 to 128 characters of `A-Z a-z 0-9 . _ ~ : / + = @ -`, or a new id.',
  schema: { type: 'string' },
};

type ApiObject = NonNullable<swagger.FastifyDynamicSwaggerOptions['openapi']>;

/** Every answer has it, so no route says so. */
function nameRequestId({ paths = {} }: ApiObject): void {
  for (const path of Object.values(paths)) {
    for (const operation of Object.values(path ?? {})) {
      if (typeof operation !== 'object' || !('responses' in operation)) continue;
      for (const response of Object.values(operation.responses ?? {})) {
        if ('$ref' in response) continue;
        response.headers = {
          ...response.headers,
          ...Object.fromEntries(
            REQUEST_ID_HEADERS.map((name) => [name, { $ref: `#/components/headers/${REQUEST_ID_HEADERS[0]}` }]),
          ),
        };
      }
    }
  }
}

/** The API document (OpenAPI 3.1), made from the routes' own schemas. Register it before the routes. */
export async function addApiDocument(scope: FastifyInstance, { version }: { readonly version: string }): Promise<void> {
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Clawcierge',
        summary: 'A concierge for private AI agents',
        description: DESCRIPTION.replaceAll(/(?<!\n)\n(?!\n)/g, ' '),
        license: { name: 'MIT', identifier: 'MIT' },
        version,
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Agents', description: 'Registering, looking up, publishing, deleting.' },
        { name: 'Approvals', description: 'What is held for people: looking at it, deciding, and how that goes.' },
        { name: 'Approvers', description: 'Who decides what is held for approval.' },
        { name: 'Webhooks', description: 'Where it is told what happens to approvals.' },
        { name: 'Senders', description: 'Those who submit requests.' },
        { name: 'Limits', description: 'What senders may ask of an agent, and who is blocked.' },
        { name: 'Directory', description: 'Who is behind a handle, and what can be asked of it.' },
        { name: 'Requests', description: 'Submitting, listing, reading, following, cancelling.' },
        { name: 'Audit', description: 'What is on record, and proofs that it was not changed.' },
        { name: 'Keys', description: "API keys: the caller's own, and those of an owner's agents." },
        { name: 'Platform', description: 'Health, and how to use the platform.' },
      ],
      components: {
        headers: { [REQUEST_ID_HEADERS[0]]: REQUEST_ID },
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'clw_agent_…, clw_sender_…, clw_owner_… or clw_approver_…',
            description: 'The key that registering an agent or a sender answered.',
          },
        },
      },
    } as NonNullable<swagger.FastifyDynamicSwaggerOptions['openapi']>,
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, i) => String(json.$id ?? `Schema${i}`) },
    transformObject: (document) => {
      const openapiObject = 'openapiObject' in document ? document.openapiObject : {};
      // @fastify/swagger takes every body for required.
      for (const path of ['/v1/requests/{id}/cancel', '/v1/keys', '/v1/keys/{id}/rotate', '/v1/agents/{id}/keys']) {
        const body = openapiObject.paths?.[path]?.post?.requestBody;
        if (body && 'required' in body) body.required = false;
      }
      nameRequestId(openapiObject);
      return openapiObject;
    },
  });
  for (const [name, schema] of Object.entries(COMPONENTS)) scope.addSchema({ ...schema, $id: name });
}
