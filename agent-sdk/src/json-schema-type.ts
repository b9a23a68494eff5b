/** An object of which nothing more is known. */
export type AnyObject = Readonly<Record<string, unknown>>;

interface Plain {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
}

/**
 * The type of what a JSON Schema lets through, as far as TypeScript can say it: of a literal schema, and of a TypeBox type.
 * `unknown` for whatever it cannot read, `$ref` among it.
 */
export type JsonSchemaValue<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly anyOf: readonly (infer One)[] } | { readonly oneOf: readonly (infer One)[] }
      ? JsonSchemaValue<One>
      : Schema extends { readonly allOf: infer All }
        ? AllOf<All>
        : Schema extends { readonly type: infer Type }
          ? OfType<Type, Schema>
          : unknown;

type OfType<Type, Schema> = Type extends readonly (infer One)[]
  ? OfType<One, Schema>
  : Type extends keyof Plain
    ? Plain[Type]
    : Type extends 'object'
      ? ObjectValue<Schema>
      : Type extends 'array'
        ? ArrayValue<Schema>
        : unknown;

type AllOf<All> = All extends readonly [infer First, ...infer Rest] ? JsonSchemaValue<First> & AllOf<Rest> : unknown;

type ArrayValue<Schema> = Schema extends { readonly prefixItems: infer Items }
  ? { readonly [Index in keyof Items]: JsonSchemaValue<Items[Index]> }
  : Schema extends { readonly items: infer Item }
    ? readonly JsonSchemaValue<Item>[]
    : readonly unknown[];

type ObjectValue<Schema> = Schema extends { readonly properties: infer Properties }
  ? Members<Properties, Schema extends { readonly required: readonly (infer Name)[] } ? Name : never>
  : Schema extends { readonly additionalProperties: infer Member extends object }
    ? Readonly<Record<string, JsonSchemaValue<Member>>>
    : Schema extends { readonly patternProperties: infer Patterns }
      ? Readonly<Record<string, JsonSchemaValue<Patterns[keyof Patterns]>>>
      : AnyObject;

type Members<Properties, Required> = Flat<
  { readonly [Name in keyof Properties as Name extends Required ? Name : never]: JsonSchemaValue<Properties[Name]> } & {
    readonly [Name in keyof Properties as Name extends Required ? never : Name]?: JsonSchemaValue<Properties[Name]>;
  }
>;

type Flat<Value> = { [Name in keyof Value]: Value[Name] };
