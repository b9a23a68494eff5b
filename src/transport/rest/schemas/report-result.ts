import { Type } from '@fastify/type-provider-typebox';
import { COMPLETE_REQUEST, FAIL_REQUEST } from '../../../application/requests/answer-request.ts';
import { descriptionOf, keywordsOf } from '../../../domain/fields.ts';
import type { JsonValue } from '../../../domain/json/json.ts';
import { bodyOf } from '../wire-fields.ts';
import { oneOf } from './parts.ts';

const { code, message } = FAIL_REQUEST.properties;
const text = (field: typeof code | typeof message) => {
  const { minLength, maxLength, description } = keywordsOf(field);
  return { minLength, maxLength, description };
};

/** The result alone, read as the mutation's. */
export const ReportedResult = bodyOf(Type.Pick(COMPLETE_REQUEST, ['result']));

/** An outcome as the raw agent channel's `action.result` has it. */
export const ReportResultBody = Type.Object(
  {
    status: oneOf(['completed', 'error', 'failed'], { description: 'How it ended; `failed` is the same as `error`.' }),
    result: Type.Optional(Type.Unsafe<JsonValue>({ description: descriptionOf(COMPLETE_REQUEST, 'result') })),
    error: Type.Optional(
      Type.Unsafe<string | { readonly code?: string | null; readonly message: string } | null>({
        type: ['string', 'object', 'null'],
        minLength: 1,
        maxLength: keywordsOf(message).maxLength,
        required: ['message'],
        properties: {
          code: { ...text(code), type: ['string', 'null'] },
          message: { ...text(message), type: 'string' },
        },
        description: 'With `error`: what the sender is told, as text or as `code` and `message`.',
      }),
    ),
  },
  { examples: [{ status: 'completed', result: { event_id: 'evt-1', status: 'confirmed' } }] },
);
