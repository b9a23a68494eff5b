import { instantText } from '../domain/instant-text.ts';
import { stringifyJson } from '../domain/json/json-text.ts';

/** What stands for a value of each of PostgreSQL's types that statements take. */
type Values = {
  readonly bigint: number;
  readonly boolean: boolean;
  readonly bytea: Buffer;
  readonly int: number;
  /** Stored as the text it is (JsonText) or as JSON; null is SQL's null. */
  readonly json: unknown;
  readonly jsonb: unknown;
  readonly text: string;
  readonly timestamptz: Date;
  readonly uuid: string;
};

/** `uuid`; `uuid?`, which may be null; `uuid[]`. */
export type SqlType = keyof Values | `${keyof Values}?` | `${keyof Values}[]`;

export type ValueOf<Type extends SqlType> = Type extends `${infer Base extends keyof Values}?`
  ? Values[Base] | null
  : Type extends `${infer Base extends keyof Values}[]`
    ? readonly Values[Base][]
    : Type extends keyof Values
      ? Values[Type]
      : never;

/** How the driver gets a value of that type; the type as PostgreSQL writes it. */
export const encoderOf = (type: string): ((value: unknown) => unknown) => {
  if (type.endsWith('[]')) {
    const encode = encoderOf(type.slice(0, -2));
    return encode === asItIs ? asItIs : (values) => (Array.isArray(values) ? values.map(encode) : values);
  }
  if (type.startsWith('timestamptz')) return toInstant;
  if (type === 'json' || type === 'jsonb') return toJson;
  return asItIs;
};

const asItIs = (value: unknown): unknown => value;
const toInstant = (value: unknown): unknown => (value instanceof Date ? instantText(value) : value);
const toJson = (value: unknown): unknown => (value === null ? null : stringifyJson(value));
