import type { Tape } from './tape.ts';
import { anyJson, mutated } from './texts.ts';

const PARAMS = ['a', 'b', 'n', 's', 'l', 'o', 'x-y', 'constructor'];
const PATTERNS = [
  '^a*$',
  '(a+)+$',
  '^(a|a)*b$',
  '\\p{L}+',
  '^[\\w.+-]+@[\\w-]+\\.[\\w.]+$',
  '(a|aa)+$',
  '[^\\s\\S]',
  '(?<!a)b',
  '^$',
];
const FORMATS = ['date-time', 'email', 'uuid', 'uri', 'regex', 'ipv6', 'nothing', 'idn-hostname', 'duration'];
const TYPES = [
  'object',
  'string',
  'number',
  'integer',
  'array',
  'null',
  'boolean',
  ['string', 'null'],
  ['object', 'array'],
];

/** What no contract should have, by its keyword; and it is nobody's crash. */
const WILD: Readonly<Record<string, readonly unknown[]>> = {
  pattern: [
    '(?<x>a)\\k<x>',
    '(?=a)b',
    '[',
    '\\d{1,1000}',
    '(a{1000}){1000}',
    '((((((((((a*)*)*)*)*)*)*)*)*)*)*',
    '\\u{110000}',
    '(?i)x',
  ],
  $ref: ['#', '#/$defs/nothing', '#a', 'https://example.invalid/x', '#/properties/a', '', '#/%', '#/$defs/__proto__'],
  $anchor: ['a', '1', '', '__proto__'],
  $dynamicRef: ['#a', '#', '#/$defs/a'],
  $schema: ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#', 'http://x/', 1],
  $id: ['x', 'https://example.invalid/', '#', 1],
  type: ['nothing', [], null, 1],
  enum: [[], [1, 1], Array.from({ length: 600 }, (_, at) => at), 'a'],
  multipleOf: [0, -1, 1e-308, 1e308],
  maxLength: [-1, 1.5, 1e308, 'a', null],
  minContains: [-1, 1e9],
  allOf: [[], {}, [1], null],
  required: [['__proto__'], ['a', 'a'], 'a', [1]],
  properties: [[], null, { toString: 1 }],
  uniqueItems: ['yes', 1],
  additionalProperties: [1, null, 'false'],
  discriminator: [{ propertyName: 'a' }, 1],
};
const WILD_KEYWORDS = Object.keys(WILD);

type Schema = Record<string, unknown> | boolean;

/** A schema of every keyword that costs anything, at odds with itself as often as not. */
function anySchema(tape: Tape, depth: number, isWild: boolean): Schema {
  if (depth <= 0 || tape.isOver) return tape.once(6) ? tape.once(2) : {};
  const make = () => anySchema(tape, depth - 1, isWild);
  const some = () => [make(), ...tape.some(2, make)];
  const named = () => Object.fromEntries(tape.some(3, () => [tape.oneOf(PARAMS), make()]));
  const count = () => tape.oneOf([0, 1, 2, 5, 100_000]);
  const number = () => tape.oneOf([0, 1, -1, 0.1, 1e308, 1.5, Number.MAX_SAFE_INTEGER]);
  const names = () => [...new Set(tape.some(3, () => tape.oneOf(PARAMS)))];
  const KEYWORDS: Readonly<Record<string, () => unknown>> = {
    type: () => tape.oneOf(TYPES),
    properties: named,
    required: names,
    additionalProperties: make,
    patternProperties: () => ({ [tape.oneOf(PATTERNS)]: make() }),
    propertyNames: make,
    dependentSchemas: named,
    dependentRequired: () => ({ [tape.oneOf(PARAMS)]: names() }),
    unevaluatedProperties: make,
    unevaluatedItems: make,
    items: make,
    prefixItems: some,
    contains: make,
    uniqueItems: () => true,
    minContains: count,
    maxItems: count,
    minProperties: count,
    enum: () => tape.oneOf([[1, 'a', null], [{ a: [1] }], [0.1, -0], ['ä']]),
    const: () => tape.oneOf([1, 'a', null, { a: 1 }, []]),
    multipleOf: () => tape.oneOf([1, 0.1, 2.5, 1e-5]),
    minimum: number,
    exclusiveMaximum: number,
    minLength: count,
    maxLength: count,
    pattern: () => tape.oneOf(PATTERNS),
    format: () => tape.oneOf(FORMATS),
    allOf: some,
    anyOf: some,
    oneOf: some,
    not: make,
    if: make,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: make,
    else: make,
    $ref: () => '#/$defs/a',
    nullable: () => true,
  };
  const keywords = Object.keys(KEYWORDS);
  const schema: Record<string, unknown> = {};
  for (let left = 1 + tape.below(4); left > 0; left -= 1) {
    const keyword = tape.oneOf(keywords);
    schema[keyword] = KEYWORDS[keyword]?.();
  }
  const wild = isWild && tape.once(3) ? tape.oneOf(WILD_KEYWORDS) : null;
  return wild === null ? schema : { ...schema, [wild]: tape.oneOf(WILD[wild] ?? [null]) };
}

/** A contract as a body of REST, and the actions to ask for. */
export type ContractInput = { readonly capabilities: string; readonly actions: readonly string[] };

/** A contract of a few actions, which most often may be published. */
export function anyContract(tape: Tape): ContractInput {
  const isWild = tape.once(4);
  const rootSchema = () => ({ $defs: { a: { type: 'object' } }, ...(anySchema(tape, 4, isWild) as object) });
  const capabilities = Array.from({ length: 1 + tape.below(2) }, (_, at) => ({
    action: `fuzz.act${at}`,
    description: 'x',
    params_schema: { type: 'object', ...rootSchema() },
    ...(tape.once(3) && { constraints: { [`${tape.oneOf(isWild ? ['max_', ''] : ['max_', 'min_'])}n`]: 1.5 } }),
    ...(tape.once(3) && { result_schema: rootSchema() }),
    ...(isWild && tape.once(3) && { text_param: tape.oneOf(PARAMS) }),
  }));
  const text = JSON.stringify({ capabilities });
  return {
    capabilities: isWild && tape.once(4) ? mutated(tape, text) : text,
    actions: capabilities.map(({ action }) => action),
  };
}

/** Params that such a contract may take, and others. */
export const anyParams = (tape: Tape): string =>
  tape.once(4)
    ? anyJson(tape)
    : `{${tape.some(5, () => `${JSON.stringify(tape.oneOf(PARAMS))}:${anyJson(tape, 3)}`).join(',')}}`;
