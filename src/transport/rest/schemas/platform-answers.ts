import { Type } from '@fastify/type-provider-typebox';
import { jsonObject, oneOf, text } from './parts.ts';

// What the platform says of itself.

export const HealthAnswer = Type.Object(
  { status: Type.Literal('ok', { description: 'The process lives.' }) },
  { description: 'Liveness.' },
);

export const ReadinessAnswer = Type.Object(
  {
    status: Type.Literal('ok', { description: 'The node can do its work.' }),
    checks: Type.Object({
      database: Type.Literal('ok', { description: 'The database takes what the node writes.' }),
      bus: oneOf(['ok', 'degraded'], {
        description: 'Whether hints of other nodes come at once; without them what happens there shows a second later.',
      }),
      schema: Type.Literal('ok', { description: 'The tables are of a release that this one can work with.' }),
      audit: oneOf(['ok', 'degraded'], {
        description:
          'Whether the audit trail is sealed as it is written. It is `degraded` where something waits for more than a minute, or where the trail is not what its newest checkpoint says; nothing is lost by that.',
      }),
    }),
  },
  { description: 'Readiness, check by check.' },
);

export const InfoAnswer = Type.Object(
  {
    name: text("The platform's name."),
    version: text('Its version.'),
    description: text('What it is.'),
    links: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Where everything is; without PUBLIC_URL relative to the address that was asked.',
    }),
    authentication: jsonObject({ description: 'How to authenticate, and how to get a key.' }),
    registration: jsonObject({ description: 'Who may register, and how much work strangers do before.' }),
    requests: jsonObject({ description: "A request's states." }),
    agent_channel: jsonObject({ description: 'The wire messages and close codes of the raw agent channel.' }),
  },
  { description: 'How a program uses this platform.' },
);

export const RegistrationChallengeAnswer = Type.Object(
  {
    challenge: Type.Union([Type.String(), Type.Null()], {
      description:
        'Find a text with which the SHA-256 of this, a colon and the text begins with so many zero bits, and send the three as `proof_of_work`; each counts once. Null where registration asks for no proof.',
    }),
    bits: Type.Integer({
      description: 'How many zero bits the SHA-256 is to begin with; 0 where no proof is asked for.',
    }),
    expires_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When it is too late to send the proof.',
    }),
  },
  { description: 'What somebody who registers is to solve first.' },
);
