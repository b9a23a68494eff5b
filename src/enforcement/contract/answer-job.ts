import type { JsonObject } from '../../domain/contract.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import type { IsolateJob } from '../isolate.ts';
import { analyseSchema } from './analyse-schema.ts';
import { compileAnyPattern } from './compile-pattern.ts';
import { type CompiledSchema, compileSchema } from './compile-schema.ts';
import { describeErrors } from './describe-errors.ts';
import { memoryKib } from './schema-cost.ts';
import { PatternError } from './translate-pattern.ts';

/** Answers to jobs, as they come back over a thread boundary. */
export type SchemaAnswer = { readonly problems: readonly string[] };
export type ParamsAnswer = { readonly problem: string | null };

/** A third of what a thread may use. */
const WEIGHT_MAX_KIB = 32 * 1_024;

/** A schema that can be used, compiled. */
type UsableSchema = { readonly validate: CompiledSchema; readonly memoryKib: number };

/** By content, so that nothing depends on ids and a schema that many agents have is compiled once. */
const compiledOf = new CompiledDocuments({ weightMaxKib: WEIGHT_MAX_KIB }).of<JsonObject, UsableSchema>({
  name: 'schema',
  compile(schema) {
    const analysed = analyseSchema(schema);
    if (!analysed.ok) throw new Error(`A stored schema cannot be used: ${analysed.problems.join('; ')}`);
    return { validate: compileSchema(analysed.schema, compileAnyPattern), memoryKib: memoryKib(analysed.schema) };
  },
  weighKib: (usable) => usable.memoryKib,
  isSame: () => true,
});

/** The far side of an isolate: computes a job. Throws where a stored contract is not what was checked. */
export function answerJob(job: IsolateJob): SchemaAnswer | ParamsAnswer {
  switch (job.kind) {
    case 'checkSchema':
      return { problems: problemsOf(job.schema) };
    case 'validateParams':
      return { problem: problemOfParams(compiledOf(JSON.stringify(job.schema), job.schema).validate, job.params) };
  }
}

/** What is wrong with params, or null. Only `true` means that nothing is. */
export function problemOfParams(validate: CompiledSchema, params: JsonObject): string | null {
  const isValid: unknown = validate(params);
  const problem = isValid === true ? null : describeErrors(validate.errors);
  validate.errors = null;
  return problem;
}

function problemsOf(schema: JsonObject): readonly string[] {
  const analysed = analyseSchema(schema);
  if (!analysed.ok) return analysed.problems;
  try {
    for (const pattern of analysed.schema.patterns.keys()) compileAnyPattern(pattern);
    compileSchema(analysed.schema, compileAnyPattern);
    return [];
  } catch (error) {
    return [error instanceof PatternError ? error.message : 'The schema cannot be compiled'];
  }
}
