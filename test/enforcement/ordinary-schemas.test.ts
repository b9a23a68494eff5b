import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { fromJson } from './fixtures/facts.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

type Row = readonly [name: string, schema: JsonObject, good: readonly JsonObject[], bad: readonly JsonObject[]];

const D7 = 'http://json-schema.org/draft-07/schema#';
const D2020 = 'https://json-schema.org/draft/2020-12/schema';

/** What ordinary authors write. Each is taken, and means what its draft says. */
const ROWS: readonly Row[] = [
  ['nothing at all', {}, [{}, { a: 1 }], []],
  [
    "the readme's calendar",
    {
      type: 'object',
      required: ['title', 'duration_minutes'],
      properties: { title: { type: 'string' }, duration_minutes: { type: 'integer', minimum: 15 } },
    },
    [
      { title: 'Standup', duration_minutes: 30 },
      { title: '', duration_minutes: 15.0, more: 1 },
    ],
    [{ title: 'Sync' }, { title: 'Sync', duration_minutes: 14 }, { title: 5, duration_minutes: 30 }],
  ],
  [
    'draft 7 with definitions',
    {
      $schema: D7,
      $id: 'https://example.com/order.json',
      title: 'Order',
      definitions: { money: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } } },
      properties: {
        total: { $ref: '#/definitions/money' },
        tip: { $ref: 'https://example.com/order.json#/definitions/money' },
      },
    },
    [{ total: { amount: 5 } }, {}],
    [{ total: {} }, { tip: { amount: 'x' } }],
  ],
  [
    'a $ref at the root, as generators write it',
    { $schema: D7, $ref: '#/definitions/Params', definitions: { Params: { type: 'object', required: ['a'] } } },
    [{ a: 1 }],
    [{}],
  ],
  [
    'draft 7 tuples',
    { $schema: D7, properties: { at: { items: [{ type: 'number' }, { type: 'number' }], additionalItems: false } } },
    [{ at: [1, 2] }, { at: [1] }],
    [{ at: [1, 'x'] }, { at: [1, 2, 3] }],
  ],
  [
    'draft 7 dependencies of both kinds',
    { $schema: D7, dependencies: { card: ['address'], gift: { required: ['message'] } } },
    [
      { card: 1, address: 1 },
      { gift: 1, message: 1 },
    ],
    [{ card: 1 }, { gift: 1 }],
  ],
  [
    'draft 7 ignores what only 2020-12 has',
    { $schema: D7, dependentRequired: { a: ['b'] }, prefixItems: [false] },
    [{ a: 1 }],
    [],
  ],
  [
    '2020-12 with prefixItems',
    { $schema: D2020, properties: { at: { prefixItems: [{ type: 'number' }], items: { type: 'string' } } } },
    [{ at: [1, 'a', 'b'] }],
    [{ at: ['a'] }, { at: [1, 2] }],
  ],
  [
    '2020-12 dependentRequired and dependentSchemas',
    { $schema: D2020, dependentRequired: { a: ['b'] }, dependentSchemas: { c: { required: ['d'] } } },
    [
      { a: 1, b: 1 },
      { c: 1, d: 1 },
    ],
    [{ a: 1 }, { c: 1 }],
  ],
  [
    '2020-12 unevaluatedProperties over allOf',
    {
      $schema: D2020,
      $defs: { base: { properties: { id: { type: 'string' } } } },
      allOf: [{ $ref: '#/$defs/base' }],
      properties: { name: { type: 'string' } },
      unevaluatedProperties: false,
    },
    [{ id: 'a', name: 'b' }],
    [{ id: 'a', other: 1 }],
  ],
  [
    '2020-12 contains with bounds',
    { $schema: D2020, properties: { a: { contains: { type: 'number' }, minContains: 2, maxContains: 3 } } },
    [{ a: [1, 'x', 2] }],
    [{ a: [1, 'x'] }, { a: [1, 2, 3, 4] }],
  ],
  [
    'no $schema and a draft 7 tuple',
    { properties: { at: { type: 'array', items: [{ type: 'number' }], additionalItems: { type: 'string' } } } },
    [{ at: [1, 'a'] }],
    [{ at: ['a'] }, { at: [1, 2] }],
  ],
  [
    'no $schema and keywords of both drafts',
    { dependencies: { a: ['b'] }, dependentRequired: { b: ['c'] }, properties: { p: { prefixItems: [{ const: 1 }] } } },
    [{ a: 1, b: 1, c: 1, p: [1] }],
    [{ a: 1 }, { b: 1 }, { p: [2] }],
  ],
  [
    'uniqueItems without maxItems',
    { properties: { tags: { type: 'array', items: { type: 'string' }, uniqueItems: true } } },
    [{ tags: ['a', 'b'] }],
    [{ tags: ['a', 'a'] }, { tags: ['__proto__', '__proto__'] }],
  ],
  [
    'unique objects',
    { properties: { a: { uniqueItems: true } } },
    [{ a: [{ x: 1 }, { x: 2 }, [1], 1, '1', null, true] }],
    [
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
      { a: [1, 1.0] },
    ],
  ],
  [
    'nested anyOf',
    {
      anyOf: [
        { required: ['email'], anyOf: [{ required: ['to'] }, { required: ['cc'] }] },
        { required: ['phone'], properties: { phone: { anyOf: [{ type: 'string' }, { type: 'integer' }] } } },
      ],
    },
    [{ email: 1, cc: 1 }, { phone: '1' }],
    [{ email: 1 }, { phone: null }],
  ],
  [
    'oneOf, by a constant',
    {
      properties: {
        shape: {
          oneOf: [
            { properties: { kind: { const: 'circle' }, r: { type: 'number' } }, required: ['kind', 'r'] },
            { properties: { kind: { const: 'square' }, a: { type: 'number' } }, required: ['kind', 'a'] },
          ],
        },
      },
    },
    [{ shape: { kind: 'circle', r: 1 } }],
    [{ shape: { kind: 'circle' } }, { shape: { kind: 'square', r: 1 } }],
  ],
  ['not', { not: { required: ['secret'] } }, [{}], [{ secret: 1 }]],
  [
    'if, then, else',
    {
      if: { properties: { country: { const: 'US' } }, required: ['country'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
      then: { required: ['zip'] },
      else: { required: ['postcode'] },
    },
    [{ country: 'US', zip: 1 }, { postcode: 1 }],
    [{ country: 'US' }, { country: 'DE' }],
  ],
  [
    'patterns with Unicode',
    {
      properties: {
        name: { pattern: '^\\p{Lu}[\\p{L} \\u2019-]+$' },
        emoji: { pattern: '^[\\u{1F600}-\\u{1F64F}]+$' },
      },
    },
    [{ name: 'Élodie D’Arc', emoji: '😀😃' }],
    [{ name: 'élodie' }, { emoji: 'x' }],
  ],
  [
    'a password rule with look-ahead',
    { properties: { password: { pattern: '^(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,}$' } } },
    [{ password: 'Secret123' }],
    [{ password: 'secret123' }, { password: 'Secret 123' }, { password: 'Short1' }],
  ],
  [
    'patterns that are valid only without the u flag',
    { properties: { phone: { pattern: '^\\+?[\\d\\-\\ ]+\\@?$' } } },
    [{ phone: '+49 30-123' }],
    [{ phone: 'x' }],
  ],
  [
    'patternProperties and additionalProperties',
    { patternProperties: { '^x-': { type: 'string' } }, properties: { a: true }, additionalProperties: false },
    [{ a: 1, 'x-b': 'c' }],
    [{ 'x-b': 1 }, { b: 'c' }],
  ],
  ['propertyNames', { propertyNames: { pattern: '^[a-z]+$', maxLength: 3 } }, [{ abc: 1 }], [{ ABC: 1 }, { abcd: 1 }]],
  [
    'formats',
    {
      properties: {
        at: { type: 'string', format: 'date-time' },
        day: { format: 'date' },
        mail: { format: 'email' },
        link: { format: 'uri' },
        id: { format: 'uuid' },
        ip: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
        odd: { format: 'no-such-format' },
        inherited: { format: 'constructor' },
      },
    },
    [
      { at: '2026-02-11T01:00:00Z', day: '2026-02-11', mail: 'a@example.com', link: 'https://example.com/', ip: '::1' },
      { odd: '???', inherited: 'x', mail: 5 },
    ],
    [{ at: 'tomorrow' }, { day: '2026-02-30' }, { mail: 'nobody' }, { link: '://' }, { id: 'x' }, { ip: '1.2.3' }],
  ],
  [
    'a recursive tree',
    {
      $defs: {
        node: {
          type: 'object',
          required: ['v'],
          properties: { v: { type: 'number' }, kids: { items: { $ref: '#/$defs/node' } } },
        },
      },
      properties: { tree: { $ref: '#/$defs/node' } },
    },
    [{ tree: { v: 1, kids: [{ v: 2, kids: [{ v: 3 }] }] } }],
    [{ tree: { v: 1, kids: [{ v: 2, kids: [{ v: 'x' }] }] } }],
  ],
  [
    'a schema within itself by #',
    { type: 'object', properties: { next: { $ref: '#' }, n: { type: 'integer' } }, additionalProperties: false },
    [{ n: 1, next: { n: 2, next: {} } }],
    [{ next: { next: { n: 'x' } } }, { next: 1 }],
  ],
  [
    'a filter language, recursive through anyOf',
    {
      $defs: {
        filter: {
          anyOf: [
            { required: ['field', 'value'] },
            { required: ['and'], properties: { and: { type: 'array', items: { $ref: '#/$defs/filter' } } } },
            { required: ['not'], properties: { not: { $ref: '#/$defs/filter' } } },
          ],
        },
      },
      properties: { where: { $ref: '#/$defs/filter' } },
    },
    [{ where: { and: [{ field: 'a', value: 1 }, { not: { field: 'b', value: 2 } }] } }],
    [{ where: { and: [{ field: 'a' }] } }],
  ],
  [
    'a $ref to a property and to an item of a list',
    {
      properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' }, c: { $ref: '#/allOf/0' } },
      allOf: [{ minProperties: 1 }],
    },
    [{ a: 'x', b: 'y', c: { d: 1 } }],
    [{ b: 1 }, { c: {} }],
  ],
  [
    'a $ref into a place of its own, with escapes',
    {
      components: { schemas: { 'a/b~c d': { type: 'integer' } } },
      properties: { a: { $ref: '#/components/schemas/a~1b~0c%20d' } },
    },
    [{ a: 1 }],
    [{ a: 'x' }],
  ],
  [
    'true and false as schemas',
    { properties: { any: true, none: false, ref: { $ref: '#/$defs/never' } }, $defs: { never: false } },
    [{ any: [1] }],
    [{ none: 1 }, { ref: 1 }],
  ],
  [
    'const and enum of every kind of value',
    { properties: { a: { const: { x: [1, null] } }, b: { enum: [null, 1, 'a', [1], { y: 2 }] }, c: { const: null } } },
    [{ a: { x: [1, null] }, b: { y: 2 } }, { b: null, c: null }, { b: [1] }],
    [{ a: { x: [1] } }, { b: { y: 3 } }, { b: '1' }, { c: 0 }, { b: { valueOf: 1, toString: 2, constructor: 3 } }],
  ],
  [
    'a list of 512 countries or so',
    { properties: { c: { enum: Array.from({ length: 512 }, (_, i) => `C${i}`) } } },
    [{ c: 'C511' }],
    [{ c: 'C512' }],
  ],
  [
    'prices in cents',
    { properties: { price: { type: 'number', multipleOf: 0.01, exclusiveMinimum: 0 } } },
    [{ price: 19.99 }, { price: 0.07 }, { price: 1234567.89 }],
    [{ price: 19.999 }, { price: 0 }, { price: 1e-7 }],
  ],
  [
    'names that objects inherit',
    { properties: { constructor: { type: 'string' }, toString: { type: 'number' } }, required: ['hasOwnProperty'] },
    [fromJson('{"constructor":"a","toString":1,"hasOwnProperty":true}')],
    [{}, fromJson('{"constructor":1,"hasOwnProperty":true}'), fromJson('{"toString":"x","hasOwnProperty":1}')],
  ],
  [
    'annotations and unknown keywords',
    fromJson(`{"$comment":"c","title":"t","description":"d","default":{"a":1},"examples":[{}],"deprecated":true,
      "readOnly":false,"contentEncoding":"base64","x-order":1,"id":"urn:old","nullable":true,"discriminator":{"propertyName":"a"},
      "properties":{"a":{"type":"string","nullable":true,"default":"never filled in","example":1,"xml":{}}}}`),
    [{}, { a: 'x' }],
    [{ a: null }],
  ],
  [
    'draft 7 written with https and without the #',
    { $schema: 'https://json-schema.org/draft-07/schema', type: 'object', required: ['a'] },
    [{ a: 1 }],
    [{}],
  ],
  [
    'a type that is a list',
    { properties: { a: { type: ['string', 'null'], maxLength: 2 } }, minProperties: 1, maxProperties: 1 },
    [{ a: null }, { a: 'xy' }],
    [{ a: 1 }, { a: 'xyz' }, {}, { a: null, b: 1 }],
  ],
  [
    'an address that is referred to often',
    {
      $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
      properties: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, { $ref: '#/$defs/address' }])),
    },
    [{ a39: { city: 'Berlin' } }],
    [{ a39: { city: 1 } }],
  ],
];

describe('ordinary schemas are taken and mean what their authors mean', () => {
  test.each(ROWS)('%s', async (_name, schema, good, bad) => {
    expect(problemsOf(schema)).toEqual([]);
    for (const params of good) expect(await refusalOf(schema, params), JSON.stringify(params)).toBeNull();
    for (const params of bad) expect(await refusalOf(schema, params), JSON.stringify(params)).toMatch(/^params/);
  });
});
