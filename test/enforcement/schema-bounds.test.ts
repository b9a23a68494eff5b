import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

describe('bounds, each named in the message', () => {
  test('16 KiB as JSON', () => {
    const schema = (length: number) => ({ description: 'x'.repeat(length) });
    expect(problemsOf(schema(16_384 - 18))).toEqual([]);
    expect(problemsOf(schema(20_480 - 18))).toEqual(['The schema is 20,480 bytes as JSON; at most 16,384 are allowed']);
  });

  test('32 levels', () => {
    let schema: JsonObject = {};
    for (let i = 0; i < 31; i++) schema = { items: schema };
    expect(problemsOf(schema)).toEqual([]);
    expect(problemsOf({ items: schema })).toEqual(['The schema is nested too deeply: at most 32 levels are allowed']);
  });

  test('256 subschemas', () => {
    const schema = (count: number) => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, {}])),
    });
    expect(problemsOf(schema(255))).toEqual([]);
    expect(problemsOf(schema(256))).toEqual(['The schema has more than 256 subschemas; at most 256 are allowed']);
  });

  test('512 values of an enum', () => {
    expect(problemsOf({ enum: Array.from({ length: 513 }, (_, i) => i) })).toEqual([
      'At "/enum": has 513 values; at most 512 are allowed',
    ]);
  });

  test('1,024 characters of a pattern', () => {
    expect(problemsOf({ pattern: 'a'.repeat(1_024) })).toEqual([]);
    expect(problemsOf({ pattern: 'a'.repeat(1_025) })).toEqual([
      'At "/pattern": The pattern is 1025 characters long; at most 1024 are allowed',
    ]);
  });

  test('128 Unicode properties in all patterns together', () => {
    const schema = (count: number) => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { pattern: `\\p{L}${i}` }])),
    });
    expect(problemsOf(schema(128))).toEqual([]);
    expect(problemsOf(schema(129))[0]).toContain('more than 128 Unicode properties; at most 128 are allowed');
  });

  test('text that a database would not take', () => {
    expect(problemsOf({ title: 'a\u0000' })[0]).toContain('U+0000');
    expect(problemsOf({ title: '\ud800' })[0]).toContain('well-formed');
  });
});

describe('the dialect', () => {
  test.each([
    'http://json-schema.org/draft-04/schema#',
    'http://json-schema.org/draft-06/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'http://json-schema.org/schema#',
    'http://json-schema.org/draft-07/schema#',
    'http://json-schema.org/draft-07/schema',
    'https://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2020-12/schema',
    'https://json-schema.org/draft/2020-12/schema#',
    'http://json-schema.org/draft/2020-12/schema',
  ])('%s is known', ($schema) => {
    expect(problemsOf({ $schema })).toEqual([]);
  });

  test.each(['http://json-schema.org/draft-03/schema#', 'https://example.com/schema', 'draft-07', '', 7, null])(
    '%s is refused',
    ($schema) => {
      expect(problemsOf({ $schema })).toEqual([expect.stringContaining('only draft 4, 6, 7')]);
    },
  );

  test('a list in items is refused in 2020-12, with what to write', () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', items: [{}] };
    expect(problemsOf(schema)).toEqual([
      'At "/items": must be a schema; a list of schemas is called prefixItems in 2020-12',
    ]);
  });
});

describe('a keyword with a value that it cannot have', () => {
  test.each<[JsonObject, string]>([
    [{ type: 'nope' }, '/type'],
    [{ type: [] }, '/type'],
    [{ type: ['string', 'string'] }, '/type'],
    [{ type: 5 }, '/type'],
    [{ enum: [] }, '/enum'],
    [{ enum: 'a' }, '/enum'],
    [{ multipleOf: 0 }, '/multipleOf'],
    [{ multipleOf: '1' }, '/multipleOf'],
    [{ maximum: '1' }, '/maximum'],
    [{ exclusiveMinimum: 'x' }, '/exclusiveMinimum'],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', exclusiveMinimum: true }, '/exclusiveMinimum'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#', exclusiveMinimum: 5 }, '/exclusiveMinimum'],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'a#b' }, '/$id'],
    [{ $anchor: '#a' }, '/$anchor'],
    [{ $anchor: 5 }, '/$anchor'],
    [{ minLength: -1 }, '/minLength'],
    [{ maxItems: 1.5 }, '/maxItems'],
    [{ uniqueItems: 1 }, '/uniqueItems'],
    [{ required: true }, '/required'],
    [{ required: ['a', 'a'] }, '/required'],
    [{ required: [1] }, '/required'],
    [{ properties: [] }, '/properties'],
    [{ properties: { a: 5 } }, '/properties/a'],
    [{ properties: { 'a/b': null } }, '/properties/a~1b'],
    [{ additionalProperties: 'no' }, '/additionalProperties'],
    [{ items: 'x' }, '/items'],
    [{ items: ['x'] }, '/items/0'],
    [{ allOf: {} }, '/allOf'],
    [{ anyOf: [] }, '/anyOf'],
    [{ oneOf: [5] }, '/oneOf/0'],
    [{ not: [] }, '/not'],
    [{ dependentRequired: { a: 'b' } }, '/dependentRequired'],
    [{ dependencies: { a: [1] } }, '/dependencies/a'],
    [{ format: 5 }, '/format'],
    [{ pattern: 5 }, '/pattern'],
    [{ $ref: 5 }, '/$ref'],
    [{ $id: 5 }, '/$id'],
    [{ $defs: [] }, '/$defs'],
    [{ $defs: { a: { type: 'nope' } } }, '/$defs/a/type'],
  ])('%j is refused, and where it is said', (schema, place) => {
    expect(problemsOf(schema)).toEqual([expect.stringContaining(`At "${place}"`)]);
  });

  test('every problem is listed, up to a handful', () => {
    const properties = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`p${i}`, { type: 'nope' }]));
    expect(problemsOf({ properties })).toHaveLength(5);
  });
});

describe('reasons are written for whoever sent the request', () => {
  test.each<[JsonObject, JsonObject, string]>([
    [{ required: ['a'] }, {}, 'params.a is required'],
    [{ properties: { n: { minimum: 15 } } }, { n: 14 }, 'params.n must be at least 15'],
    [{ properties: { n: { type: 'integer' } } }, { n: 1.5 }, 'params.n must be a whole number'],
    [{ properties: { a: { items: { type: 'string' } } } }, { a: ['x', 1] }, 'params.a.1 must be text, not a number'],
    [{ additionalProperties: false }, { 'a b': 1 }, 'params must not have the member "a b"'],
    [{ properties: { a: { enum: ['x', 1, null] } } }, { a: 2 }, 'params.a must be one of "x", 1, null'],
    [{ properties: { a: { const: 'x' } } }, { a: 2 }, 'params.a must be "x"'],
    [{ properties: { a: false } }, { a: 2 }, 'params.a is not allowed'],
    [{ properties: { a: { format: 'email' } } }, { a: 'x' }, 'params.a must be an e-mail address'],
    [{ properties: { a: { multipleOf: 0.5 } } }, { a: 0.3 }, 'params.a must be a multiple of 0.5'],
    [{ properties: { a: { uniqueItems: true } } }, { a: [1, 1] }, 'params.a must not have equal items, as 0 and 1 are'],
    [{ not: {} }, {}, 'params is of a form that is not allowed'],
    [
      { propertyNames: { maxLength: 1 } },
      { ab: 1 },
      'params must not have a member called "ab": a name must be at most 1 character long',
    ],
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    [{ if: {}, then: { required: ['a'] } }, {}, 'params.a is required'],
    [{ properties: { 'a/b~c': { type: 'null' } } }, { 'a/b~c': 1 }, 'params.a/b~c must be null, not a number'],
    [{ oneOf: [{}, {}] }, {}, 'params must fit exactly one of 2 alternatives, and fits 1 and 2'],
  ])('%j', async (schema, params, reason) => {
    expect(await refusalOf(schema, params)).toBe(reason);
  });
});
