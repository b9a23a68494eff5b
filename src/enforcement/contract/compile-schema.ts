import { _, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../domain/contract.ts';
import { type CompiledPattern, compilePattern, remembering } from './compile-pattern.ts';
import type { NormalSchema } from './normal-form.ts';
import { OWN_KEYWORDS } from './own-keywords.ts';
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

/**
 * Compiles the normal form of a schema, with an ajv of its own, so that no schema can see or disturb another. May
 * take long, and throws, for what readSchema and priceSchema complain about; and throws where `compile` does not take
 * one of its patterns, which by default is any that backtracks.
 */
export function compileSchema(
  { root, nodes, targets }: ReadSchema,
  compile: PatternCompiler = compilePattern,
): CompiledSchema {
  const ajv = createAjv(compile);
  const validators = new Map<NormalSchema, ValidateFunction>();
  const unevaluated = unevaluatedKeywords({
    validatorOf: (normal) => found(validators.get(normal)),
    targetOf: (reference) => found(targets[Number(reference.slice(DEFINITION.length))]).normal,
    patternOf: remembering(compile),
  });
  for (const keyword of unevaluated) {
    ajv.removeKeyword(String(keyword.keyword));
    ajv.addKeyword(keyword);
  }
  const validate = add(ajv, { root, targets });
  if (nodes.some(({ normal }) => usesUnevaluated(normal))) {
    for (const [index, { normal }] of targets.entries()) {
      if (typeof normal === 'object') validators.set(normal, found(ajv.getSchema(`${ADDRESS}${DEFINITION}${index}`)));
    }
  }
  return validate;
}

/** An ajv with our keywords; generated code calls `ours` what it needs of the outside. */
export function createAjv(compile: PatternCompiler, code: Options['code'] = {}): Ajv2020 {
  const regExp = Object.assign((pattern: string) => compile(pattern), { code: 'ours.pattern' });
  // Optimising takes as long again as compiling, and evaluation gains nothing that can be measured.
  const ajv = new Ajv2020({ ...OPTIONS, code: { ...code, regExp, formats: _`ours.formats`, optimize: false } });
  // Ajv2020 turns both on, and both cost at every evaluation. Nothing is dynamic here, and the unevaluated is ours.
  ajv.opts.dynamicRef = false;
  ajv.opts.unevaluated = false;
  addFormats.default(ajv);
  // Of a list without items, ajv skips what comes after prefixItems, contains among it: so prefixItems come last.
  const prefixItems = ajv.getKeyword('prefixItems');
  for (const keyword of OWN_KEYWORDS) ajv.removeKeyword(keyword.keyword).addKeyword(keyword);
  if (typeof prefixItems === 'object') ajv.removeKeyword('prefixItems').addKeyword(prefixItems);
  return ajv;
}

/** The validator of a schema, which it is given together with everything that its references refer to. */
export function add(ajv: Ajv2020, { root, targets }: Pick<ReadSchema, 'root' | 'targets'>): ValidateFunction {
  const $defs = Object.fromEntries(targets.map(({ normal }, index) => [index, normal]));
  const schema = typeof root.normal === 'boolean' ? {} : root.normal;
  ajv.addSchema({ ...schema, $defs }, ADDRESS);
  return found(ajv.getSchema<JsonObject>(ADDRESS));
}

/** Where a schema is while it is compiled, alone with itself. */
const ADDRESS = 'https://contract.invalid/';
const DEFINITION = '#/$defs/';

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A schema refers to what was not compiled');
  return value;
}
