import type { JsonObject } from '../../domain/contract.ts';
import type { Isolate, JobFor } from '../isolate.ts';
import { type CompiledSchema, compileSchema, type PatternCompiler } from './compile-schema.ts';
import { evaluateValidator } from './generated-validator.ts';
import type { ReadSchema } from './read-schema.ts';

/** How long the isolate is waited for, in milliseconds; it needs two or three, unless others keep it busy. */
const GENERATED_WITHIN_MS = 50;

type Dependencies = { readonly isolate: Isolate; readonly engineOf: PatternCompiler; readonly jobFor: JobFor };

/**
 * The validator of a schema that is cheap to compile. The isolate generates its code, so that the event loop only
 * evaluates it; whatever keeps the isolate from it, a stranger's costly contracts among it, it is compiled here instead.
 */
export async function validatorOf(
  schema: ReadSchema,
  document: JsonObject,
  { isolate, engineOf, jobFor: { owner, isByOwner = false } }: Dependencies,
): Promise<CompiledSchema> {
  try {
    const answer = await orNull(
      isolate.run({ kind: 'generateValidator', schema: document }, undefined, { owner, isByOwner }),
    );
    const code = typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : null;
    if (typeof code === 'string') return evaluateValidator(code, engineOf);
  } catch {
    // What is wrong with the schema itself is found again here.
  }
  return compileSchema(schema, engineOf);
}

/** The answer, or null where it takes too long. */
function orNull(answer: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, GENERATED_WITHIN_MS, null);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
