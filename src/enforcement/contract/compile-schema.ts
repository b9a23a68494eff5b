import { type FuncKeywordDefinition, type Options, str, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { JsonObject } from '../../domain/contract.ts';
import { type CompiledPattern, compilePattern, remembering } from './compile-pattern.ts';
import { isMultipleOf } from './decimal.ts';
import type { NormalSchema } from './normal-form.ts';
import type { ReadSchema } from './read-schema.ts';
import { unevaluatedKeywords, usesUnevaluated } from './unevaluated.ts';

export type CompiledSchema = ValidateFunction;

export type PatternCompiler = (pattern: string) => CompiledPattern;

const OPTIONS: Options = {
  strict: false,
  strictNumbers: true,
  ownProperties: true,
  allErrors: false,
  inlineRefs: false,
  addUsedSchema: false,
  useDefaults: false,
  coerceTypes: false,
  removeAdditional: false,
  $data: false,
  meta: false,
  validateSchema: false,
  logger: false,
};

/** Decimal where ajv divides binary fractions: 19.99 is a multiple of 0.01. */
const multipleOf: FuncKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
  error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
};

/** Linear, where ajv compares every pair, and right about the text "__proto__". */
const uniqueItems: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  compile: (isAsked: boolean) => (items: readonly unknown[]) =>
    !isAsked || new Set(items.map(canonicalJson)).size === items.length,
  error: { message: 'must not have two equal items' },
};

/** `const` and `enum` of lists and objects, whose comparison in ajv trips over members such as "valueOf". */
const equalsOneOf: FuncKeywordDefinition = {
  keyword: 'equalsOneOf',
  schemaType: 'array',
  compile(choices: readonly (readonly unknown[])[]) {
    const sets = choices.map((values) => new Set(values.map(canonicalJson)));
    return (value: unknown) => {
      const json = canonicalJson(value);
      return sets.every((set) => set.has(json));
    };
  },
  error: { message: 'must be equal to one of the allowed values' },
};

/**
 * Compiles the normal form of a schema, with an ajv of its own, so that no schema can see or disturb another. May
 * take long, and throws, for what readSchema and priceSchema complain about; and throws where `compile` does not take
 * one of its patterns, which by default is any that backtracks.
 */
export function compileSchema(
  { root, nodes, targets }: ReadSchema,
  compile: PatternCompiler = compilePattern,
): CompiledSchema {
  // The source that stands for the engine in generated code; it is never run, as no code leaves the process.
  const regExp = Object.assign((pattern: string) => compile(pattern), { code: 'compile' });
  // Optimising takes as long again as compiling, and evaluation gains nothing that can be measured.
  const ajv = new Ajv2020({ ...OPTIONS, code: { regExp, optimize: false } });
  // Ajv2020 turns both on, and both cost at every evaluation. Nothing is dynamic here, and the unevaluated is ours.
  ajv.opts.dynamicRef = false;
  ajv.opts.unevaluated = false;
  addFormats.default(ajv);
  const validators = new Map<NormalSchema, ValidateFunction>();
  const unevaluated = unevaluatedKeywords({
    validatorOf: (normal) => found(validators.get(normal)),
    targetOf: (reference) => found(targets[Number(reference.slice(DEFINITION.length))]).normal,
    patternOf: remembering(compile),
  });
  // Of a list without items, ajv skips what comes after prefixItems, contains among it: so prefixItems come last.
  const prefixItems = ajv.getKeyword('prefixItems');
  for (const keyword of [multipleOf, equalsOneOf, uniqueItems, ...unevaluated]) {
    ajv.removeKeyword(String(keyword.keyword));
    ajv.addKeyword(keyword);
  }
  if (typeof prefixItems === 'object') ajv.removeKeyword('prefixItems').addKeyword(prefixItems);
  const $defs = Object.fromEntries(targets.map(({ normal }, index) => [index, normal]));
  const schema = typeof root.normal === 'boolean' ? {} : root.normal;
  ajv.addSchema({ ...schema, $defs }, ADDRESS);
  const validate = found(ajv.getSchema<JsonObject>(ADDRESS));
  if (nodes.some(({ normal }) => usesUnevaluated(normal))) {
    for (const [index, { normal }] of targets.entries()) {
      if (typeof normal === 'object') validators.set(normal, found(ajv.getSchema(`${ADDRESS}${DEFINITION}${index}`)));
    }
  }
  return validate;
}

/** Where a schema is while it is compiled, alone with itself. */
const ADDRESS = 'https://contract.invalid/';
const DEFINITION = '#/$defs/';

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A schema refers to what was not compiled');
  return value;
}
