import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { fromJson } from './fixtures/facts.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

type Row = readonly [name: string, schema: JsonObject, good: readonly JsonObject[], bad: readonly JsonObject[]];

const D4 = 'http://json-schema.org/draft-04/schema#';
const D6 = 'http://json-schema.org/draft-06/schema#';
const D2019 = 'https://json-schema.org/draft/2019-09/schema';
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
    [{}, { a: 'x' }, { a: null }],
    [{ a: 1 }],
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

/** By generators that write other drafts, names for subschemas, or OpenAPI. */
const OTHER_ROWS: readonly Row[] = [
  [
    'draft 4 with exclusive bounds and an id',
    {
      $schema: D4,
      id: 'http://example.com/root.json',
      properties: {
        n: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
        a: { $ref: 'item.json' },
      },
      definitions: { item: { id: 'item.json', type: 'string' } },
    },
    [{ n: 1, a: 'x' }, { n: 9 }],
    [{ n: 0 }, { n: 10 }, { a: 1 }],
  ],
  [
    'draft 4 ignores what came later',
    { $schema: D4, const: 1, contains: false, if: false, propertyNames: false },
    [{ a: [1] }],
    [],
  ],
  [
    'draft 6 has no if',
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    { $schema: D6, if: {}, then: false, properties: { a: { const: 1 }, b: { contains: { type: 'string' } } } },
    [{ a: 1, b: ['x'] }],
    [{ a: 2 }, { b: [1] }],
  ],
  [
    'draft 7 ignores what stands beside a $ref',
    {
      $schema: D7,
      definitions: { a: { type: 'string' } },
      properties: { a: { $ref: '#/definitions/a', maxLength: 1 } },
    },
    [{ a: 'long' }],
    [{ a: 1 }],
  ],
  [
    '2019-09 asks what stands beside a $ref, too, and has tuples in items',
    {
      $schema: D2019,
      $defs: { a: { type: 'string' } },
      properties: {
        a: { $ref: '#/$defs/a', maxLength: 1 },
        at: { items: [{ type: 'number' }], additionalItems: false },
      },
    },
    [{ a: 'x', at: [1] }],
    [{ a: 'long' }, { at: ['x'] }, { at: [1, 2] }],
  ],
  [
    '2019-09 with $recursiveRef and $recursiveAnchor',
    {
      $schema: D2019,
      $recursiveAnchor: true,
      properties: { kids: { items: { $recursiveRef: '#' } }, n: { type: 'number' } },
    },
    [{ kids: [{ n: 1, kids: [{ n: 2 }] }] }],
    [{ kids: [{ kids: [{ n: 'x' }] }] }],
  ],
  [
    '2020-12 with one $dynamicAnchor',
    {
      $schema: D2020,
      $dynamicAnchor: 'node',
      properties: { kids: { items: { $dynamicRef: '#node' } }, n: { type: 'number' } },
    },
    [{ kids: [{ n: 1, kids: [{ n: 2 }] }] }],
    [{ kids: [{ kids: [{ n: 'x' }] }] }],
  ],
  [
    'no $schema and exclusive bounds of OpenAPI 3.0',
    { properties: { n: { minimum: 0, exclusiveMinimum: true }, m: { exclusiveMaximum: 5 } } },
    [{ n: 1, m: 4 }],
    [{ n: 0 }, { m: 5 }],
  ],
  [
    'nullable of OpenAPI',
    {
      components: { schemas: { pet: { type: 'object', required: ['name'] } } },
      properties: {
        text: { type: 'string', nullable: true, minLength: 2 },
        choice: { type: 'string', enum: ['a', 'b'], nullable: true },
        same: { const: 5, nullable: true },
        list: { enum: [[1]], nullable: true },
        pet: { $ref: '#/components/schemas/pet', nullable: true },
        either: { nullable: true, anyOf: [{ type: 'string' }, { type: 'number' }], not: { const: 7 } },
        none: { type: 'string', nullable: false },
      },
    },
    [
      { text: null, choice: null, same: null, list: null, pet: null, either: null },
      { text: 'ab', choice: 'a', same: 5, list: [1], pet: { name: 1 }, either: 8 },
    ],
    [
      { text: 'a' },
      { choice: 'c' },
      { same: 6 },
      { list: [2] },
      { pet: {} },
      { either: 7 },
      { either: {} },
      { none: null },
    ],
  ],
  [
    'nullable beside what is unevaluated',
    {
      properties: {
        a: { nullable: true, allOf: [{ properties: { b: true } }], unevaluatedProperties: false },
        either: {
          nullable: true,
          oneOf: [
            { properties: { kind: { const: 'x' }, x: true }, required: ['kind'] },
            { properties: { kind: { const: 'y' }, y: true }, required: ['kind'] },
          ],
          unevaluatedProperties: false,
        },
      },
    },
    [{ a: null }, { a: { b: 1 } }, { either: null }, { either: { kind: 'x', x: 1 } }],
    [{ a: { c: 1 } }, { either: { kind: 'x', y: 1 } }],
  ],
  [
    'names for subschemas: $anchor and nested $id',
    {
      $id: 'https://example.com/a/root.json',
      $defs: {
        name: { $anchor: 'name', type: 'string' },
        address: {
          $id: '/b/address',
          $defs: { zip: { type: 'string' } },
          properties: { zip: { $ref: '#/$defs/zip' } },
        },
        place: { $id: '../b/place', $ref: 'address' },
      },
      properties: {
        a: { $ref: '#name' },
        b: { $ref: 'https://example.com/a/root.json#name' },
        c: { $ref: '../b/address' },
        d: { $ref: '/b/address#/$defs/zip' },
        e: { $ref: '/b/place' },
      },
    },
    [{ a: 'x', b: 'x', c: { zip: 'x' }, d: 'x', e: { zip: 'x' } }],
    [{ a: 1 }, { b: 1 }, { c: { zip: 1 } }, { d: 1 }, { e: { zip: 1 } }],
  ],
  [
    'two equal schemas of the same $id, as a type that is used twice is written',
    {
      properties: {
        a: { $id: 'T0', type: 'object', properties: { next: { $ref: 'T0' }, n: { type: 'number' } } },
        b: { $id: 'T0', type: 'object', properties: { next: { $ref: 'T0' }, n: { type: 'number' } } },
      },
    },
    [{ a: { next: { n: 1 } }, b: {} }],
    [{ a: { next: { n: 'x' } } }, { b: { next: { next: 1 } } }],
  ],
  [
    'unevaluatedProperties beside if and else',
    {
      if: { properties: { kind: { const: 'a' } }, required: ['kind'] },
      else: { properties: { other: { type: 'string' } } },
      unevaluatedProperties: false,
    },
    [{ kind: 'a' }, { other: 'x' }],
    [{ kind: 'b' }, { kind: 'a', other: 'x' }],
  ],
  [
    'unevaluatedProperties beside an if without branches',
    { if: { properties: { a: { const: 1 } } }, unevaluatedProperties: false },
    [{ a: 1 }],
    [{ a: 2 }],
  ],
  [
    'unevaluatedProperties that asks something of the rest',
    {
      oneOf: [{ properties: { a: true }, required: ['a'] }, { required: ['b'] }],
      unevaluatedProperties: { type: 'number' },
    },
    [{ a: 'x', c: 1 }, { b: 1 }],
    [{ a: 'x', c: 'x' }, { b: 'x' }],
  ],
  [
    'contains beside prefixItems, of a list that is empty',
    { properties: { a: { prefixItems: [{ type: 'number' }], contains: { type: 'string' } } } },
    [{ a: [1, 'x'] }],
    [{ a: [] }, { a: [1] }, { a: ['x'] }],
  ],
  [
    'unevaluatedItems beside contains, of which 2019-09 takes no notice',
    {
      properties: {
        new: { prefixItems: [true], contains: { type: 'string' }, unevaluatedItems: false },
        old: { $id: 'old', $schema: D2019, items: [true], contains: { type: 'string' }, unevaluatedItems: false },
      },
    },
    [{ new: [1, 'x', 'y'] }, { old: ['x'] }],
    [{ new: [1, 'x', 2] }, { old: ['x', 'y'] }],
  ],
];

describe('schemas of other drafts and generators are taken and mean what their authors mean', () => {
  test.each(OTHER_ROWS)('%s', async (_name, schema, good, bad) => {
    expect(problemsOf(schema)).toEqual([]);
    for (const params of good) expect(await refusalOf(schema, params), JSON.stringify(params)).toBeNull();
    for (const params of bad) expect(await refusalOf(schema, params), JSON.stringify(params)).toMatch(/^params/);
  });
});

describe('ordinary schemas are taken and mean what their authors mean', () => {
  test.each(ROWS)('%s', async (_name, schema, good, bad) => {
    expect(problemsOf(schema)).toEqual([]);
    for (const params of good) expect(await refusalOf(schema, params), JSON.stringify(params)).toBeNull();
    for (const params of bad) expect(await refusalOf(schema, params), JSON.stringify(params)).toMatch(/^params/);
  });
});
