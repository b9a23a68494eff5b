import { RE2Set } from 're2js';
import { PatternError, translatePattern } from './translate-pattern.ts';

/** What a schema needs of a regular expression. */
export type CompiledPattern = { test(text: string): boolean; toString(): string };

/**
 * What an engine may remember of the texts that it has seen, to be faster with the next. Without a bound, each pattern
 * of each contract could be made to keep megabytes by the texts that are sent to it.
 */
export const PATTERN_MEMORY_BYTES = 128 * 1024;

/**
 * Compiles a pattern that is matched in linear time, to an engine without backtracking, of bounded memory. `toString`
 * is the pattern's own: ajv takes two engines with the same `toString()` for the same pattern, and would apply the
 * first one everywhere. Throws a PatternError, also for a pattern that backtracks.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const translated = translatePattern(pattern);
  if (translated.engine === 'backtracking') throw new PatternError('The pattern cannot be matched in linear time');
  const { required, forbidden } = translated;
  const engine = new RE2Set(RE2Set.UNANCHORED, 0, PATTERN_MEMORY_BYTES);
  try {
    for (const source of [...required, ...forbidden]) engine.add(source);
    engine.compile();
  } catch (cause) {
    throw new PatternError('The pattern cannot be matched in linear time', { cause });
  }
  return {
    test(text) {
      // The sources that match, by their indices, in order: all that are required and none of those after them.
      const matches = engine.match(text);
      return matches.length === required.length && matches.every((index, position) => index === position);
    },
    toString: () => `/${pattern}/u`,
  };
}

/**
 * The same for any pattern; one that backtracks gets the platform's own engine. Only for the isolate, whose budget
 * ends a match that takes too long.
 */
export function compileAnyPattern(pattern: string): CompiledPattern {
  const translated = translatePattern(pattern);
  return translated.engine === 'linear' ? compilePattern(pattern) : new RegExp(pattern, translated.flags);
}

/** The same engine again for the same pattern: whoever validates and whoever looks for problems share them. */
export function remembering(compile: (pattern: string) => CompiledPattern): (pattern: string) => CompiledPattern {
  const engines = new Map<string, CompiledPattern>();
  return (pattern) => {
    const engine = engines.get(pattern) ?? compile(pattern);
    engines.set(pattern, engine);
    return engine;
  };
}
