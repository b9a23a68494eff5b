import { ALWAYS, json, problems } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';
import { REGISTRATION_CHALLENGE } from './schemas/samples.ts';

/** `/v1/registration-challenge`: what somebody who registers is to solve first. */
export function addRegistrationRoutes(scope: RestScope, { app }: RestDependencies): void {
  scope.get(
    '/v1/registration-challenge',
    {
      schema: {
        operationId: 'getRegistrationChallenge',
        tags: ['Platform'],
        summary: 'Ask for a challenge to register with',
        description:
          'Open to everybody. A registration that lacks its proof of work is answered with a challenge, too (`work-required`), so nobody needs to ask here first.',
        security: WITHOUT_KEY,
        response: {
          200: json('A new challenge, which counts once.', 'RegistrationChallenge', REGISTRATION_CHALLENGE),
          ...problems(...ALWAYS),
        },
      },
    },
    async (_request, reply) => {
      const next = await app.registration.challenge();
      reply.header('cache-control', 'no-store');
      if (next === null) return { challenge: null, bits: 0, expires_at: null };
      return { challenge: next.challenge, bits: next.bits, expires_at: next.expiresAt.toISOString() };
    },
  );
}
