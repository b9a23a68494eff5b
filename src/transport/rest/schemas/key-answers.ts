import { Type } from '@fastify/type-provider-typebox';
import { API_KEY } from '../../../domain/api-key.ts';
import { answerOf } from '../wire-fields.ts';
import { issueList, text } from './parts.ts';

// What is answered about keys.

const shownKey = {
  ...Type.Omit(API_KEY, ['holderId']).properties,
  isCurrent: Type.Boolean({ description: 'Whether it is the key that asks.' }),
};

export const apiKeyAnswer = answerOf(Type.Object(shownKey), {
  description: 'An API key as it can be shown again: never its secret.',
});

export const newApiKeyAnswer = answerOf(
  Type.Object({ ...shownKey, apiKey: text('The key itself. It is shown only here.') }),
  { description: 'A new API key.' },
);

export const revokedApiKeyAnswer = answerOf(
  Type.Object({ ...shownKey, warnings: issueList('What it means, and what of the request was ignored.') }),
  { description: "A revoked API key that was its holder's last one." },
);

export const rotatedApiKeyAnswer = answerOf(
  Type.Object({
    ...shownKey,
    apiKey: text('The new key itself. It is shown only here.'),
    former: Type.Object(shownKey, { description: 'The key that it replaces, with when that ends.' }),
  }),
  { description: 'A key that replaces another one.' },
);

export const ApiKeyListAnswer = Type.Object(
  { items: Type.Array(apiKeyAnswer.schema, { description: 'Newest first.' }) },
  { description: "The holder's API keys." },
);
