import { REGISTER_SENDER_ERRORS } from '../../application/senders/register-sender.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';
import { registeredSenderAnswer } from './schemas/answers.ts';
import { RegisterSenderBody } from './schemas/inputs.ts';
import { REGISTERED_SENDER } from './schemas/samples.ts';

/** `/v1/senders`: those who submit requests. */
export function addSendersRoutes(scope: RestScope, { app }: RestDependencies): void {
  scope.post(
    '/v1/senders',
    {
      schema: {
        operationId: 'registerSender',
        tags: ['Senders'],
        summary: 'Register a sender',
        description: 'Open to everybody. Answers the first API key, which is shown only here.',
        security: WITHOUT_KEY,
        body: RegisterSenderBody.schema,
        response: {
          201: json('The sender is registered.', 'RegisteredSender', REGISTERED_SENDER),
          ...problems(...OF_A_BODY, ...REGISTER_SENDER_ERRORS, ...ALWAYS),
        },
      },
    },
    async ({ body, callersAddress }, reply) => {
      const { sender, apiKey } = await app.senders.register(RegisterSenderBody.read(body), callersAddress);
      return reply.code(201).send(registeredSenderAnswer.of({ ...sender, apiKey }));
    },
  );
}
