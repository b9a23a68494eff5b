import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

/** As these generators wrote them, from types that people have. */
const SCHEMAS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/generated-schemas.json'), 'utf8'),
) as Readonly<Record<string, JsonObject>>;

type Row = readonly [field: string, good: readonly JsonValue[], bad: readonly JsonValue[]];

/** What zod itself takes and refuses of each field. */
const ZOD: readonly Row[] = [
  ['at', ['2026-02-11T01:00:00+01:00', '2024-02-29T23:59:59.5Z'], ['2026-02-29T01:00:00Z', '2026-02-11']],
  ['local', ['2026-02-11T01:00'], ['2026-02-11 01:00']],
  ['day', ['2026-02-11'], ['2026-02-30']],
  ['time', ['23:59', '23:59:59.123'], ['24:00']],
  ['span', ['P1Y2M', 'PT5M', 'P3W'], ['P', '5M', 'PT']],
  ['mail', ["o'neil+x@example.com"], ['nobody', 'a..@example.com']],
  ['html5', ['a@b.example'], ['a@-b']],
  ['v4', ['10.0.0.1'], ['10.0.0.256']],
  ['v6', ['::1', '2001:db8::ff00:42:8329'], ['12345::', '1.2.3.4']],
  ['c4', ['10.0.0.0/8'], ['10.0.0.0/33']],
  ['c6', ['2001:db8::/32'], ['2001:db8::/129']],
  ['mac', ['00:1a:2b:3c:4d:5e'], ['00:1a']],
  ['mood', ['🇩🇪', '👍🏽', '❤️'], ['x', '1', '']],
  ['id', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567']],
  ['b64', ['aGk=', ''], ['a']],
  ['phone', ['+4930123456'], ['030']],
  ['host', ['a.example'], ['-a.example']],
  ['n', [1, 9.99], [0, 10, '5']],
  ['i', [1], [1.5]],
  ['maybe', [null, 'x'], [5]],
  ['big', [19.99], [19.999]],
  ['pair', [['x', 1, true]], [['x'], ['x', {}]]],
  ['rec', [{ a: 1 }], [{ a: 'x' }]],
  [
    'kind',
    [
      { k: 'a', a: 1 },
      { k: 'b', b: 'x' },
    ],
    [{ k: 'a', b: 'x' }, { k: 'c' }],
  ],
];

/** What pydantic says of Decimal(max_digits=10, decimal_places=2, gt=0) and the like. */
const PYDANTIC: readonly Row[] = [
  ['total', [19.99, '19.99', '12345678.90', '+5'], ['.', '-']],
  ['tip', ['1.5', null], ['x', '.', {}]],
  ['at', ['2026-02-11T01:00:00Z', null], ['today']],
  ['span', ['P1DT2H'], ['2 hours']],
  ['color', ['red'], ['green']],
  ['tree', [{ value: 1, children: [{ value: 2 }] }], [{ value: 1, children: [{ value: 'x' }] }]],
  ['pet', [{ kind: 'cat', lives: 9 }, { kind: 'dog' }, null], [{ kind: 'cat', lives: 10 }, { kind: 'fish' }]],
  ['pair', [[1, 'x']], [[1], [1, 'x', 2], ['x', 1]]],
  ['tags', [['a', 'b']], [['a', 'a']]],
  ['meta', [{ a: 1 }], [{ a: 'x' }]],
];

/** Each field on its own: to compile all of them for each value takes long. */
async function holds(schema: JsonObject, rows: readonly Row[], others: JsonObject = {}): Promise<void> {
  expect(problemsOf(schema)).toEqual([]);
  const all = schema.properties as JsonObject;
  for (const [field, good, bad] of rows) {
    const names = [field, ...Object.keys(others)];
    const properties = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
    const refusal = (value: JsonValue) => refusalOf({ ...schema, properties }, { ...others, [field]: value });
    for (const value of good) expect(await refusal(value), `${field} ${JSON.stringify(value)}`).toBeNull();
    for (const value of bad) expect(await refusal(value), `${field} ${JSON.stringify(value)}`).toMatch(/^params/);
  }
}

const schemaBy = (generator: string): JsonObject => {
  const schema = SCHEMAS[generator];
  if (schema === undefined) throw new Error(`There is no schema by ${generator}`);
  return schema;
};

describe('what generators write is taken and means what its author meant', () => {
  test.each(['zod 4, 2020-12', 'zod 4, draft 7'])('%s', async (generator) => {
    await holds(schemaBy(generator), ZOD);
  });

  test.each(['zod 4, draft 4', 'zod 4, OpenAPI 3.0'])('%s, which has no tuples', async (generator) => {
    await holds(
      schemaBy(generator),
      ZOD.filter(([field]) => field !== 'pair'),
    );
  });

  test('pydantic 2', async () => {
    await holds(schemaBy('pydantic 2'), PYDANTIC, { total: 1 });
  });

  test.each(['zod 4, recursive', 'TypeBox 1, cyclic'])('%s', async (generator) => {
    const node = (v: JsonValue, ...kids: JsonObject[]) => ({ v, kids });
    await holds(schemaBy(generator), [
      ['tree', [node(1), node(1, node(2, node(3)))], [node('x'), node(1, node(2, node('x')))]],
    ]);
  });

  test('TypeBox 0.34, a recursive type used twice', async () => {
    const node = (v: JsonValue, ...kids: JsonObject[]) => ({ v, kids });
    await holds(schemaBy('TypeBox 0.34, recursive'), [['one', [node(1, node(2))], [node(1, node('x'))]]], {
      other: node(1),
    });
  });

  test.each(['TypeBox 1, module', 'TypeBox 0.34, module'])('%s', async (generator) => {
    const user = { name: 'a', friends: [{ name: 'b' }], address: { street: 'c' } };
    await holds(schemaBy(generator), [
      ['user', [user], [{}, { ...user, friends: [{}] }, { ...user, address: { street: '' } }]],
    ]);
  });
});
