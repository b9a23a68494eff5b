import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileAnyPattern, compilePattern } from '../../src/enforcement/contract/compile-pattern.ts';
import { PatternError, translatePattern } from '../../src/enforcement/contract/translate-pattern.ts';

describe('patterns match what ECMA-262 says', () => {
  const TEXTS = [
    ...[
      '',
      'a',
      'b',
      'ab',
      'aab',
      'abc',
      'ABC',
      'a\n',
      '\n',
      '\r',
      '\u2028',
      ' ',
      '\t',
      '\u00a0',
      '\ufeff',
      '\u000b',
      '0',
      '42',
    ],
    ...[
      'é',
      'É',
      'ß',
      'α',
      'Ж',
      '漢',
      '٣',
      '_',
      '-',
      '.',
      '$',
      '^',
      '[',
      ']',
      '{',
      '}',
      '\\',
      '/',
      '|',
      'a-b',
      '{,5}',
      '😀',
      'a😀b',
    ],
    ...['2026-02-11', 'foo@bar', '(555)123-4567', '+49 30', '\u0000', '\u0001', '\b', '\u007f'],
  ];

  test.each([
    ...[
      'a',
      '^a',
      'a$',
      '^a$',
      '^$',
      '',
      '.',
      '^.$',
      '^..$',
      'a|b',
      '^(a|b)+$',
      '^a*b$',
      '^a{2}b$',
      '^a{1,}b',
      '^a{0,1}b$',
      'a+?b',
    ],
    ...[
      '[abc]',
      '[^abc]',
      '^[^]$',
      '[]',
      '[a-c]',
      '[\\w-]',
      '[\\d.]',
      '[^\\s]',
      '^[\\S]$',
      '[\\s\\S]',
      '[\\b]',
      '[\\]]',
      '[[]',
      '[-a]',
      '[a-]',
    ],
    ...[
      '\\d',
      '\\D',
      '\\w',
      '\\W',
      '\\s',
      '\\S',
      '\\b',
      '\\Ba',
      '\\bb',
      '\\t',
      '\\n',
      '\\v',
      '\\f',
      '\\r',
      '\\0',
      '\\cA',
      '\\x41',
      '\\u0041',
    ],
    ...[
      '\\u00e9',
      '\\u{1F600}',
      '\\uD83D\\uDE00',
      '^\\u{1F600}$',
      '😀',
      '[😀]',
      '^[\\u{1F600}-\\u{1F64F}]$',
      '\\p{L}',
      '\\P{L}',
      '^\\p{Lu}',
      '[\\p{L}\\d]',
    ],
    ...[
      '\\p{Letter}',
      '\\p{Script=Greek}',
      '\\p{sc=Cyrillic}',
      '\\p{gc=Nd}',
      '\\p{Nd}',
      '\\p{Alphabetic}',
      '\\p{Script=Han}',
      '\\p{ASCII}',
      '\\p{Any}',
    ],
    ...[
      '\\$',
      '\\^',
      '\\.',
      '\\[',
      '\\{',
      '\\\\',
      '\\/',
      '\\|',
      '(?:a)(b)',
      '(?<x>a)b',
      '^(?=a)',
      '^(?!a)',
      '^(?=.*b)(?=a).*$',
      '^(?!.*\\n).*$',
    ],
    ...[
      '\\-',
      '\\@',
      'a{,5}',
      '{',
      '}',
      ']',
      '^[\\w\\.\\-]+\\@',
      '[\\w-.]',
      '(a?)*',
      '(|a)b',
      '^\\d{4}-\\d\\d-\\d\\d$',
      '^\\(\\d{3}\\)\\d{3}-\\d{4}$',
    ],
  ])('%s', (pattern) => {
    const isValid = (flags: string) => {
      try {
        return new RegExp(pattern, flags);
      } catch {
        return null;
      }
    };
    const native = isValid('u') ?? new RegExp(pattern);
    const ours = compilePattern(pattern);
    for (const text of TEXTS) expect(ours.test(text), JSON.stringify(text)).toBe(native.test(text));
  });

  test('any pattern that is taken', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\S',
      '[ab]',
      '[^a]',
      '[a-c0]',
      '^',
      '$',
      '\\b',
      'é',
      '\\u{1F600}',
      '\\n',
    );
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
          .map(([a, q]) => `(${a})${q}`),
      ),
    }));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '0', ' ', '\n', '\r', 'é', '😀', '_'), { maxLength: 8 })
      .map((each) => each.join(''));
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 5 }), (source, texts) => {
        if (source.length > 200) return;
        const native = new RegExp(source, 'u');
        const ours = compilePattern(source);
        for (const each of texts) expect(ours.test(each)).toBe(native.test(each));
      }),
      { numRuns: 500 },
    );
  });

  test('any text is a pattern or a named problem', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30, unit: 'binary' }), (pattern) => {
        try {
          expect(translatePattern(pattern).size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('patterns that only a backtracking engine can match', () => {
  test.each([
    ['(a)\\1', 'aa', 'ab'],
    ['^(?<n>a|b)-\\k<n>$', 'b-b', 'a-b'],
    ['a(?=b)', 'ab', 'ac'],
    ['(?<=a)b', 'ab', 'cb'],
    ['(?<!a)b', 'cb', 'ab'],
    ['^(?=a)ab|c', 'xc', 'xb'],
    ['^(?i:a)b$', 'Ab', 'AB'],
    ['^\\p{Bidi_Mirrored}$', '(', 'a'],
    ['^\\p{Regional_Indicator}{2}$', '🇩🇪', 'DE'],
    ['^\\P{Bidi_Mirrored}[^\\p{Bidi_Mirrored}]$', 'ab', 'a('],
    ['^(\\-a)\\1$', '-a-a', '-a'],
  ])('%s is run by the platform where a budget ends it, and nowhere else', (pattern, good, bad) => {
    const ours = compileAnyPattern(pattern);
    expect([ours.test(good), ours.test(bad)]).toEqual([true, false]);
    expect(() => compilePattern(pattern)).toThrow('cannot be matched in linear time');
  });

  test('have the same bounds as others', () => {
    expect(() => compileAnyPattern('(?!b)a{1001}')).toThrow('at most 1,000');
    expect(() => compileAnyPattern('(?:(?=b)abcdefgh){900}')).toThrow('at most 4,000');
  });
});

describe('patterns that are refused, and why', () => {
  test.each([
    ['a{1001}', 'repeats something 1,001 times; at most 1,000'],
    ['(a{100}){11}', 'repeats something 1,100 times; at most 1,000'],
    ['(', 'no valid regular expression'],
  ])('%s', (pattern, problem) => {
    expect(() => compilePattern(pattern)).toThrow(problem);
  });
});

test('different patterns have different texts, which is what ajv tells them apart by', () => {
  expect(`${compilePattern('a')}`).not.toBe(`${compilePattern('b')}`);
});

test('an engine stays right when the texts that it has seen fill its memory', () => {
  const { test: matches } = compilePattern('[ab]{0,9}a.{12}b');
  const native = /[ab]{0,9}a.{12}b/u;
  let state = 1;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: 40 }, () => 'abc'.charAt(Math.floor(random() * 3))).join('');
    expect(matches(text)).toBe(native.test(text));
  }
});
