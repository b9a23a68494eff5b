/**
 * The part of the Standard Schema interface (version 1) that the SDK uses, with its extension for JSON Schema. Schemas of
 * zod, valibot, ArkType and others have it; the SDK knows none of those libraries.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate?: ((value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>) | undefined;
    readonly jsonSchema?: StandardJsonSchema | undefined;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Says a schema as JSON Schema: of what goes in, or of what comes out. Throws where it cannot. */
export interface StandardJsonSchema {
  readonly input: (options: { readonly target: string }) => Record<string, unknown>;
  readonly output: (options: { readonly target: string }) => Record<string, unknown>;
}

/** What a value may be before the schema has read it. */
export type InputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input'];

/** What a value is once the schema has read it. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output'];

/** Whether it is a library's schema; those of some are functions. */
export const isStandardSchema = (schema: object): schema is StandardSchema => '~standard' in schema;
