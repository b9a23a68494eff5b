import equal from 'ajv/dist/runtime/equal.js';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { add, type CompiledSchema, createAjv, type PatternCompiler } from './compile-schema.ts';
import { OURS } from './own-keywords.ts';
import type { ReadSchema } from './read-schema.ts';
import { usesUnevaluated } from './unevaluated.ts';

/** As `require` answers it, with the function as `default`; an import may be the function itself. */
const moduleOf = (imported: unknown) => (typeof imported === 'function' ? { default: imported } : imported);

/** What ajv's own code asks for by `require`. */
const MODULES: Readonly<Record<string, unknown>> = {
  'ajv/dist/runtime/equal': moduleOf(equal),
  'ajv/dist/runtime/ucs2length': moduleOf(ucs2length),
};

/**
 * The validator of a schema as code, for another thread to evaluate: generating it is most of compiling. Null for a
 * schema with `unevaluated…`, whose validator holds on to the schema itself. Throws as compileSchema does.
 */
export function generateValidator(schema: ReadSchema): string | null {
  if (schema.nodes.some(({ normal }) => usesUnevaluated(normal))) return null;
  // Only what tells the patterns apart is needed here.
  const unused = (pattern: string) => ({ test: () => false, toString: () => `/${pattern}/u` });
  const ajv = createAjv(unused, { source: true });
  return standaloneCode.default(ajv, add(ajv, schema));
}

/** The validator that the code is of. Throws where it is no code of one, or `compile` does not take one of its patterns. */
export function evaluateValidator(code: string, compile: PatternCompiler): CompiledSchema {
  const module: { exports: unknown } = { exports: null };
  const require = (name: string) => MODULES[name];
  new Function('module', 'require', 'ours', code)(module, require, { ...OURS, pattern: compile });
  if (typeof module.exports !== 'function') throw new Error('The generated code is of no validator');
  return module.exports as CompiledSchema;
}
