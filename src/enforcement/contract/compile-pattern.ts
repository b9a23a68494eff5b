import { RE2JS } from 're2js';
import { PatternError, translatePattern } from './translate-pattern.ts';

/** What a schema needs of a regular expression. */
export type CompiledPattern = { test(text: string): boolean; toString(): string };

/**
 * Compiles a pattern to an engine without backtracking. `toString` is the pattern's own: ajv takes two engines with
 * the same `toString()` for the same pattern, and would apply the first one everywhere.
 * Throws a PatternError.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const { required, forbidden } = translatePattern(pattern);
  try {
    const must = required.map((source) => RE2JS.compile(source));
    const mustNot = forbidden.map((source) => RE2JS.compile(source));
    return {
      test: (text) => must.every((each) => each.test(text)) && !mustNot.some((each) => each.test(text)),
      toString: () => `/${pattern}/u`,
    };
  } catch (cause) {
    throw new PatternError('The pattern cannot be matched in linear time', { cause });
  }
}
