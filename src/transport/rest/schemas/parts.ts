import { Type } from '@fastify/type-provider-typebox';
import type { JsonObject } from '../../../domain/json/json.ts';

/** What the schemas are made of that belong to this transport alone. */

type Notes = { readonly description: string };

/** One of the texts. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[], notes: Notes) =>
  Type.Unsafe<Choice>({ type: 'string', enum: [...choices], ...notes });

/** A JSON object of the caller's own shape. */
export const jsonObject = (notes: Notes) =>
  Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true, ...notes });
