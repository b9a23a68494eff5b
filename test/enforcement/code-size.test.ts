import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { generateValidator } from '../../src/enforcement/contract/generated-validator.ts';
import { readSchema } from '../../src/enforcement/contract/read-schema.ts';
import { codeSize } from '../../src/enforcement/contract/schema-cost.ts';

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

it.each<[string, JsonObject]>([
  ['enum', { enum: names(199) }],
  ['enum of objects', { enum: names(199).map((a) => ({ a })) }],
  ['required', { required: names(199) }],
  ['const, a text', { const: '"'.repeat(7_000) }],
  ['const, a list', { const: names(500) }],
  ['dependentRequired', { dependentRequired: { a: names(199), b: names(500) } }],
  ['several, deep inside', { properties: { [`"${'x'.repeat(400)}`]: { enum: names(199), required: names(199) } } }],
])('the code of a long %s is no longer than its schema is said to make', (_keyword, schema) => {
  const read = readSchema(schema);
  expect(codeSize(read)).toBeGreaterThanOrEqual(generateValidator(read)?.length ?? 0);
});
