import type { ContentResult } from './content.ts';
import type { HandlerContext, ReceivedRequest } from './handlers.ts';
import type { AnyObject, JsonSchemaValue } from './json-schema-type.ts';
import { jsonSchemaOf } from './schema-check.ts';
import type { InputOf, OutputOf, StandardSchema } from './standard-schema.ts';
import type { CapabilityInput, ResultFormat } from './types.ts';

/**
 * A schema of a library that speaks Standard Schema (zod, valibot, ArkType), which the SDK then checks values with; or JSON
 * Schema, a TypeBox type among it, which the platform checks.
 */
export type ActionSchema = StandardSchema | object;

/** What a handler gets as `params`. */
export type ParamsOf<Schema> = Schema extends StandardSchema
  ? OutputOf<Schema>
  : unknown extends JsonSchemaValue<Schema>
    ? AnyObject
    : JsonSchemaValue<Schema>;

/** What a handler returns. */
export type ResultOf<Schema, Format extends ResultFormat> = Format extends 'CONTENT'
  ? ContentResult<Returned<Schema>>
  : Returned<Schema>;

type Returned<Schema> = Schema extends StandardSchema ? InputOf<Schema> : JsonSchemaValue<Schema>;

/** Everything about one action but what does it. */
export interface ActionDefinition<
  Params extends ActionSchema | undefined = undefined,
  Result extends ActionSchema | undefined = undefined,
  Format extends ResultFormat = 'JSON',
> extends Omit<CapabilityInput, 'action' | 'resultFormat'> {
  /** What the params must be; the handler gets what the schema makes of them. Left out, anything passes. */
  readonly params?: Params;
  /** What the handler returns, or with the format CONTENT its `structured`. Left out, that is any JSON. */
  readonly result?: Result;
  /**
   * `CONTENT` where the handler returns `{ content, structured? }`: what a model or a person reads, see `content`.
   * @default 'JSON'
   */
  readonly resultFormat?: Format;
  /**
   * The JSON Schema to publish of the params.
   * @default what `params` says of itself
   */
  readonly paramsSchema?: object | undefined;
  /**
   * The JSON Schema to publish of the result.
   * @default what `result` says of itself
   */
  readonly resultSchema?: object | undefined;
}

/** Does what a request of a defined action asks; see Handler. */
export type ActionHandler<Params, Result> = (
  request: ReceivedRequest<Params>,
  context: HandlerContext,
) => Result | Promise<Result>;

/** Throws a TypeError where a definition, which plain JavaScript may have written, is none. */
export function checkDefinition(action: string, definition: unknown): void {
  if (typeof definition !== 'object' || definition === null) {
    throw new TypeError(
      `the definition of "${action}" must be an object, as in { params, description }; on() takes a handler alone`,
    );
  }
  const { params, result, resultFormat = 'JSON' } = definition as Readonly<Record<string, unknown>>;
  for (const [name, schema] of Object.entries({ params, result })) {
    if (schema !== undefined && !isSchema(schema)) {
      throw new TypeError(`${name} of "${action}" must be a schema: JSON Schema, or one of zod, valibot and the like`);
    }
  }
  if (resultFormat !== 'JSON' && resultFormat !== 'CONTENT') {
    throw new TypeError(`resultFormat of "${action}" must be JSON or CONTENT`);
  }
}

/** Those of some libraries are functions. */
const isSchema = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && !Array.isArray(value));

/** What is published of a definition. Throws a TypeError where a schema cannot be said as JSON Schema. */
export function capabilityOf(
  action: string,
  definition: ActionDefinition<ActionSchema | undefined, ActionSchema | undefined, ResultFormat>,
): CapabilityInput {
  const { params, result, ...capability } = definition;
  const paramsSchema =
    capability.paramsSchema ?? (params && jsonSchemaOf(params, 'input', { action, option: 'paramsSchema' }));
  const resultSchema =
    capability.resultSchema ?? (result && jsonSchemaOf(result, 'output', { action, option: 'resultSchema' }));
  return { action, ...capability, paramsSchema, resultSchema };
}
