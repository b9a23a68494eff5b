import { REGISTER_SENDER_ERRORS } from '../../application/senders/register-sender.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, type RestDependencies, type RestScope, WITH_OR_WITHOUT_KEY } from './rest-scope.ts';
import { registeredSenderAnswer } from './schemas/answers.ts';
import { RegisterSenderBody } from './schemas/inputs.ts';
import { REGISTERED_SENDER } from './schemas/samples.ts';

/** `/v1/senders`: those who submit requests. */
export function addSendersRoutes(scope: RestScope, { app }: RestDependencies, { anyKey }: KeyChecks): void {
  scope.post(
    '/v1/senders',
    {
      onRequest: anyKey,
      schema: {
        operationId: 'registerSender',
        tags: ['Senders'],
        summary: 'Register a sender',
        description:
          "Open to everybody, unless REGISTRATION says otherwise. Answers the first API key, which is shown only here; with an owner's key it is that owner's, and with a key that opens nothing nothing is registered.",
        security: WITH_OR_WITHOUT_KEY,
        body: RegisterSenderBody.schema,
        response: {
          201: json('The sender is registered.', 'RegisteredSender', REGISTERED_SENDER),
          ...problems(
            ...OF_A_BODY,
            'unauthenticated',
            'forbidden',
            ...REGISTER_SENDER_ERRORS,
            'storage-full',
            ...ALWAYS,
          ),
        },
      },
    },
    async ({ body, keyHolder, callersAddress }, reply) => {
      const input = RegisterSenderBody.read(body);
      const { sender, apiKey } = await app.senders.register(keyHolder, input, callersAddress);
      return reply.code(201).send(registeredSenderAnswer.of({ ...sender, apiKey }));
    },
  );
}
