import { type TProperties, Type } from '@fastify/type-provider-typebox';
import type { JsonObject } from '../../../domain/json/json.ts';

/** What the schemas are made of that belong to this transport alone. */

type Notes = { readonly description: string };

/** One of the texts. */
export const oneOf = <const Choice extends string>(choices: readonly Choice[], notes: Notes) =>
  Type.Unsafe<Choice>({ type: 'string', enum: [...choices], ...notes });

/** A JSON object of the caller's own shape. */
export const jsonObject = (notes: Notes) =>
  Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true, ...notes });

export const text = (description: string) => Type.String({ description });

/** What is said of fields, one by one. */
export const issueList = (description: string) =>
  Type.Array(Type.Object({ path: text('The field, dotted.'), message: text('What is wrong with it.') }), {
    description,
  });

const unknownMembers = Type.Optional(
  issueList(
    'What the request has that is none of its fields, and what was probably meant; absent where there is none.',
  ),
);

type TableOfAnswer = { readonly properties: TProperties; readonly description?: string };

/** An answer that may name what of the request was ignored. */
export const withWarnings = ({ properties, description }: TableOfAnswer) =>
  Type.Object({ ...properties, warnings: unknownMembers }, { ...(description !== undefined && { description }) });
