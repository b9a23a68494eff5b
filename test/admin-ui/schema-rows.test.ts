import { describe, expect, it } from 'vitest';
import { schemaRows } from '../../admin-ui/src/pages/agent/schema-rows.ts';

const lines = (schema: object) =>
  schemaRows(schema as Record<string, unknown>).map(({ path, type, isRequired, rules }) =>
    [path, type, ...(isRequired ? ['required'] : []), ...rules].join(' | '),
  );

describe('schemaRows', () => {
  it('reads a schema for people', () => {
    expect(
      lines({
        type: 'object',
        required: ['title'],
        properties: {
          title: { type: 'string', maxLength: 120, pattern: '^[A-Z]' },
          minutes: { type: 'integer', minimum: 15, exclusiveMaximum: 240, multipleOf: 5 },
          priority: { enum: ['low', 'high', null], default: 'low' },
          when: { type: ['string', 'null'], format: 'date-time' },
          either: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'number' } }] },
          kind: { $ref: '#/$defs/kind' },
          anything: true,
        },
      }),
    ).toEqual([
      'title | string | required | at most 120 characters | matches ^[A-Z]',
      'minutes | integer | ≥ 15 | < 240 | a multiple of 5',
      'priority | any | one of low, high, null | default low',
      'when | string or null | format date-time',
      'either | string or list of number',
      'kind | kind',
      'anything | any',
    ]);
  });

  it('shows what is inside objects and lists below them', () => {
    const address = { type: 'object', required: ['city'], properties: { city: { type: 'string' } } };
    expect(
      lines({ properties: { home: address, others: { type: 'array', uniqueItems: true, items: address } } }),
    ).toEqual([
      'home | object',
      'home.city | string | required',
      'others | list of object | no item twice',
      'others[].city | string | required',
    ]);
  });

  it.each([{}, { properties: [] }, { properties: null, required: 'x' }, { properties: { a: 1 }, required: [1] }])(
    'takes whatever was published: %o',
    (schema) => {
      expect(() => lines(schema)).not.toThrow();
    },
  );
});
