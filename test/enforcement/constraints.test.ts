import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { checkConstraints } from '../../src/enforcement/contract/constraints.ts';
import { fromJson } from './fixtures/facts.ts';
import { refusalOf } from './fixtures/sandbox.ts';

describe('params keep to the constraints', () => {
  const limits = { max_n: 120, min_n: 15, max_toString: 1 };

  test.each<[JsonObject, string | null]>([
    [{ n: 120 }, null],
    [{ n: 15 }, null],
    [{}, null],
    [{ other: 'x' }, null],
    [{ n: 120.5 }, 'params.n must be at most 120'],
    [{ n: 14 }, 'params.n must be at least 15'],
    [{ n: '30' }, 'params.n must be a number'],
    [{ n: null }, 'params.n must be a number'],
    [{ n: true }, 'params.n must be a number'],
    [{ n: [30] }, 'params.n must be a number'],
    [{ n: {} }, 'params.n must be a number'],
    [{ toString: 2 } as unknown as JsonObject, 'params.toString must be at most 1'],
  ])('%j', async (params, reason) => {
    expect(await refusalOf({}, params, limits)).toBe(reason);
  });

  test("only the params' own members are bound", async () => {
    expect(await refusalOf({}, fromJson('{"__proto__":{"n":500}}'), limits)).toBeNull();
    expect(await refusalOf({}, fromJson('{"__proto__":500}'), fromJson('{"max___proto__":5}'))).toContain(
      'must be at most 5',
    );
  });

  test('the schema comes first', async () => {
    expect(await refusalOf({ required: ['title'] }, { n: 999 }, limits)).toBe('params.title is required (and 1 more)');
  });

  test('a stored constraint that cannot be read denies', async () => {
    expect(await refusalOf({}, {}, { odd: 1 })).toContain('cannot be read');
    expect(await refusalOf({}, {}, { max_n: '1' })).toContain('cannot be read');
  });
});

describe('constraints about to be published', () => {
  test.each<[JsonObject, string]>([
    [{ odd: 1 }, 'named max_<param> or min_<param>'],
    [{ max_: 1 }, 'named max_<param> or min_<param>'],
    [{ MAX_n: 1 }, 'named max_<param> or min_<param>'],
    [{ max_n: '1' }, 'must be a number'],
    [{ max_n: null }, 'must be a number'],
    [{ max_n: true }, 'must be a number'],
    [fromJson('{"max_n":1e999}'), 'must be a number'],
    [{ max_n: 1, min_n: 2 }, 'The lower bound 2 is above the upper bound 1'],
    [{ 'max_\u0000': 1 }, 'U+0000'],
  ])('%j is refused at its key', (constraints, message) => {
    const issues = checkConstraints('capabilities.1.constraints', constraints);
    expect(issues).toEqual([
      { path: expect.stringMatching(/^capabilities\.1\.constraints\../), message: expect.stringContaining(message) },
    ]);
  });

  test('bounds that are fine', () => {
    expect(checkConstraints('c', { max_n: 1, min_n: 1, 'max_with space': -0.5, max_constructor: 0 })).toEqual([]);
  });

  test('more than 100 are refused, and the bound is named', () => {
    const constraints = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`max_${i}`, i]));
    expect(checkConstraints('c', constraints)).toEqual([
      { path: 'c', message: 'There are 101 constraints; at most 100 are allowed' },
    ]);
  });
});
