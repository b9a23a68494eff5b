import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import { compileSchema } from '../../src/enforcement/contract/compile-schema.ts';
import { readSchema } from '../../src/enforcement/contract/read-schema.ts';

type Schema = JsonObject | boolean;
/** The members that were evaluated, or null where the value does not fit. */
type Result = ReadonlySet<string> | null;

/** 2020-12 word by word, and OpenAPI's `nullable`, as slow as it likes: each keyword answers what it has evaluated, and a failure answers nothing. */
function evaluate(schema: Schema, value: JsonValue, defs: JsonObject): Result {
  if (typeof schema === 'boolean') return schema ? new Set() : null;
  if (schema.nullable === true && value === null) return new Set();
  const evaluated = new Set<string>();
  const all = (results: readonly Result[]): boolean => {
    for (const result of results) for (const member of result ?? []) evaluated.add(member);
    return results.every((result) => result !== null);
  };
  const inPlace = (each: unknown): Result => evaluate(each as Schema, value, defs);
  const list = (keyword: string): readonly unknown[] => (schema[keyword] ?? []) as readonly unknown[];
  const map = (keyword: string) => Object.entries((schema[keyword] ?? {}) as JsonObject);
  const kindOf = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  if (schema.type !== undefined && schema.type !== kindOf) return null;
  if (schema.const !== undefined && schema.const !== value) return null;
  if (typeof schema.$ref === 'string' && !all([inPlace(defs[schema.$ref.slice('#/$defs/'.length)])])) return null;
  if (!all(list('allOf').map(inPlace))) return null;
  for (const keyword of ['anyOf', 'oneOf']) {
    if (schema[keyword] === undefined) continue;
    const fitting = list(keyword)
      .map(inPlace)
      .filter((result) => result !== null);
    if (keyword === 'anyOf' ? fitting.length === 0 : fitting.length !== 1) return null;
    all(fitting);
  }
  if (schema.not !== undefined && inPlace(schema.not) !== null) return null;
  if (schema.if !== undefined) {
    const condition = inPlace(schema.if);
    all(condition === null ? [] : [condition]);
    const branch = condition === null ? schema.else : schema.then;
    if (branch !== undefined && !all([inPlace(branch)])) return null;
  }
  if (typeof value !== 'object' || value === null) return evaluated;
  const members = Object.entries(value) as [string, JsonValue][];
  const own = new Set<string>();
  const member = (name: string, each: unknown, item: JsonValue): boolean => {
    own.add(name);
    return evaluate(each as Schema, item, defs) !== null;
  };
  if (Array.isArray(value)) {
    const prefix = list('prefixItems');
    for (const [name, item] of members) {
      const its = prefix[Number(name)] ?? schema.items;
      if (its !== undefined && !member(name, its, item)) return null;
    }
    if (schema.contains !== undefined) {
      const found = members.filter(([, item]) => evaluate(schema.contains as Schema, item, defs) !== null);
      if (found.length === 0) return null;
      for (const [name] of found) own.add(name);
    }
  } else {
    for (const name of list('required')) if (!Object.hasOwn(value, String(name))) return null;
    for (const [name, each] of map('dependentSchemas')) {
      if (Object.hasOwn(value, name) && !all([inPlace(each)])) return null;
    }
    const properties = new Map(map('properties'));
    for (const [name, item] of members) {
      const its = properties.get(name) ?? schema.additionalProperties;
      if (its !== undefined && !member(name, its, item)) return null;
    }
  }
  all([own]);
  const rest = Array.isArray(value) ? schema.unevaluatedItems : schema.unevaluatedProperties;
  if (rest === undefined) return evaluated;
  for (const [name, item] of members) {
    if (!evaluated.has(name) && evaluate(rest as Schema, item, defs) === null) return null;
    evaluated.add(name);
  }
  return evaluated;
}

const leaf: fc.Arbitrary<Schema> = fc.constantFrom<Schema>(
  true,
  false,
  { type: 'string' },
  { type: 'number' },
  { const: 1 },
  {},
);
const name = fc.constantFrom('a', 'b', 'c');

const { schema: anySchema } = fc.letrec<{ schema: Schema; node: JsonObject }>((tie) => {
  const one = tie('schema');
  const some = fc.array(one, { minLength: 1, maxLength: 2 });
  const named = fc.dictionary(name, one, { maxKeys: 2 });
  const keyword = fc.oneof(
    ...[
      'additionalProperties',
      'unevaluatedProperties',
      'items',
      'contains',
      'unevaluatedItems',
      'not',
      'if',
      'then',
      'else',
    ].map((each) => fc.tuple(fc.constant(each), one)),
    ...['prefixItems', 'allOf', 'anyOf', 'oneOf'].map((each) => fc.tuple(fc.constant(each), some)),
    ...['properties', 'dependentSchemas'].map((each) => fc.tuple(fc.constant(each), named)),
    fc.tuple(fc.constant('required'), fc.uniqueArray(name, { maxLength: 1 })),
    fc.tuple(fc.constant('nullable'), fc.constant(true)),
    fc.tuple(fc.constant('$ref'), fc.constantFrom('#/$defs/one', '#/$defs/two')),
  );
  const unevaluated = fc.tuple(fc.constantFrom('unevaluatedProperties', 'unevaluatedItems'), leaf);
  return {
    schema: fc.oneof({ maxDepth: 3, depthIdentifier: 'schema' }, leaf, tie('node')),
    node: fc
      .tuple(unevaluated, fc.array(keyword, { minLength: 1, maxLength: 4 }))
      .map(([rest, others]) => Object.fromEntries([rest, ...others]) as JsonObject),
  };
});

const small: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  1,
  'x',
  null,
  { a: 1 },
  { b: 'x', c: 1 },
  [1],
  ['x', 1],
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  small,
  fc.dictionary(name, small, { maxKeys: 3 }),
  fc.array(small, { maxLength: 3 }),
) as fc.Arbitrary<JsonValue>;

/** Where nothing refers on, so that there are no circles. */
const withoutReferences = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll(/"\$ref":"[^"]*"/g, '"x":0')) as Schema;

test('whatever stands beside it, what is unevaluated is what the specification says', () => {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(
      anySchema,
      anySchema,
      anySchema,
      fc.array(value, { minLength: 4, maxLength: 8 }),
      (of, one, two, values) => {
        const $defs = { one: withoutReferences(one), two: withoutReferences(two) };
        const schema = { $defs, properties: { value: of } };
        const read = readSchema(schema);
        fc.pre(read.problems.length === 0);
        const validate = compileSchema(read);
        for (const each of values) {
          const fits = evaluate(of, each, $defs) !== null;
          seen[fits ? 'valid' : 'invalid'] += 1;
          expect(validate({ value: each }), JSON.stringify([schema, each])).toBe(fits);
        }
      },
    ),
    { numRuns: 400, endOnFailure: true },
  );
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(200);
});
