import { describe, expect, it } from 'vitest';
import { formSchemaOf, hasLongList } from '../../admin-ui/src/schema-form/form-schema.ts';

describe('the schema that a form is made from', () => {
  it('has no patterns, but properties that are called like one', () => {
    const text = { type: 'string', pattern: '^(a+)+$' };
    const properties = { pattern: text, patternProperties: { type: 'number' } };
    expect(formSchemaOf({ properties, patternProperties: { '^x': text }, propertyNames: text })).toEqual({
      type: 'object',
      properties: { pattern: { type: 'string' }, patternProperties: { type: 'number' } },
    });
  });

  it('begins with no more than 50 items, those of lists in lists together', () => {
    const list = (minItems: number, items: object) => ({ type: 'array', minItems, items });
    expect(formSchemaOf(list(100_000, { type: 'string' }))).toMatchObject({ minItems: 50 });
    expect(formSchemaOf(list(10, list(10, list(10, {}))))).toMatchObject({
      minItems: 10,
      items: { minItems: 5, items: { minItems: 1 } },
    });
  });

  it('is that of an object where it does not say', () => {
    expect(formSchemaOf({})).toEqual({ type: 'object' });
  });
});

describe('a list that is too long for a form', () => {
  it.each([
    [Array(50).fill(1), false],
    [Array(51).fill(1), true],
    [{ a: [{ b: Array(51).fill('x') }] }, true],
    [{ a: 'x'.repeat(100) }, false],
  ])('%# is found wherever it is', (value, isLong) => {
    expect(hasLongList(value)).toBe(isLong);
  });
});
