import { Type } from '@fastify/type-provider-typebox';
import {
  DISPLAY_NAME_MAX_LENGTH,
  HANDLE_MAX_LENGTH,
  HANDLE_MIN_LENGTH,
  HANDLE_PATTERN,
} from '../../../domain/agent.ts';
import { ACTION_MAX_LENGTH, type JsonObject, type JsonValue } from '../../../domain/contract.ts';

/** What the schemas of inputs and answers are made of. One definition gives the type, the check and the document. */

type Notes = { readonly description: string; readonly examples?: readonly unknown[] };

/** One of the texts. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[], notes: Notes & { default?: Choice }) =>
  Type.Unsafe<Choice>({ type: 'string', enum: [...choices], ...notes });

/** The lower-case spelling of a domain enumeration. */
export const lowerCaseOf = <const Value extends string>(values: readonly Value[]) =>
  values.map((each) => each.toLowerCase() as Lowercase<Value>);

/** Text that may be null. */
export const nullableText = (notes: Notes & { maxLength?: number }) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...notes });

/** A JSON object of the caller's own shape. */
export const jsonObject = (notes: Notes) => Type.Unsafe<JsonObject>({ type: 'object', ...notes });

/** Any JSON value. */
export const jsonValue = (notes: Notes) => Type.Unsafe<JsonValue>({ ...notes });

export const Id = (description: string) => Type.String({ format: 'uuid', description });

export const Instant = (description: string) =>
  Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC.` });

export const HANDLE_RULE = `${HANDLE_MIN_LENGTH} to ${HANDLE_MAX_LENGTH} characters of a–z, 0–9 and ".", the first and the last a letter or a digit`;

export const Handle = Type.String({ pattern: HANDLE_PATTERN, description: `${HANDLE_RULE}.` });

export const DisplayName = Type.String({
  minLength: 1,
  maxLength: DISPLAY_NAME_MAX_LENGTH,
  description: 'The name for people.',
});

export const Action = Type.String({
  minLength: 1,
  maxLength: ACTION_MAX_LENGTH,
  description: 'The name of the action, such as "calendar.schedule".',
});

export const AgentStatus = oneOf(['active', 'inactive'], {
  description: '`active` while the agent holds at least one channel.',
});
