import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkJsonBounds, measureJson } from '../../src/enforcement/json-bounds.ts';

const lists = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const objects = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

describe('what one request may carry', () => {
  test.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['32 lists', lists(32)],
    ['32 objects', objects(32)],
    ['4,095 values and the list', Array.from({ length: 4_095 }, () => 1)],
    ['64 KiB', 'x'.repeat(65_534)],
    ['a member __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ])('%s is taken', (_name, value) => {
    expect(checkJsonBounds('params', value)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['33 lists', lists(33), 'nested too deeply: at most 32 levels'],
    ['33 objects', objects(33), 'nested too deeply: at most 32 levels'],
    ['20,000 lists', lists(20_000), 'nested too deeply'],
    ['20,000 objects', objects(20_000), 'nested too deeply'],
    ['4,097 values', Array.from({ length: 4_096 }, () => 1), 'too many values: at most 4,096'],
    ['a million members', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [i, 1])), 'too many values'],
    ['64 KiB and a byte', 'x'.repeat(65_535), 'is 65,537 bytes as JSON; at most 65,536 are allowed'],
    ['bytes, not characters', 'é'.repeat(40_000), 'bytes as JSON'],
    ['1e999', JSON.parse('{"a":[1e999]}'), 'too large to be represented'],
    ['NUL in text', { a: 'x\u0000' }, 'U+0000'],
    ['NUL in a name', { 'x\u0000': 1 }, 'U+0000'],
    ['a lone surrogate', { a: '\ud800' }, 'not well-formed Unicode'],
    ['a lone surrogate in a name', { '\udc00': 1 }, 'not well-formed Unicode'],
    ['undefined', undefined, 'is not JSON'],
    ['a function', { a: () => 1 }, 'is not JSON'],
    ['a bigint', [1n], 'is not JSON'],
  ])('%s is refused', (_name, value, message) => {
    expect(checkJsonBounds('result', value)).toEqual([{ path: 'result', message: expect.stringContaining(message) }]);
  });
});

test('any JSON value is measured as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const size = measureJson(value);
      if ('problem' in size) return;
      let nodes = 0;
      let chars = 0;
      JSON.stringify(value, function (this: unknown, key, each) {
        nodes += 1;
        if (nodes > 1 && !Array.isArray(this)) chars += key.length;
        if (typeof each === 'string') chars += each.length;
        return each;
      });
      expect(size).toMatchObject({ nodes, chars });
    }),
    { numRuns: 500 },
  );
});
