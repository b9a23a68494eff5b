import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import type { PolicyRule } from '../../domain/policy.ts';
import type { Findings } from '../../domain/publication.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import type { IsolateJob } from '../isolate.ts';
import { Meter } from '../policy/cel/meter.ts';
import { checkRules } from '../policy/check-rules.ts';
import { type CompiledRules, compileRules, rulesKib } from '../policy/compile-rules.ts';
import { decideByRules } from '../policy/decide.ts';
import { answerCheck } from '../publication/answer-check.ts';
import { analyseSchema } from './analyse-schema.ts';
import { problemsOf, refusalOf } from './check-params.ts';
import { compileAnyPattern, remembering } from './compile-pattern.ts';
import { type CompiledSchema, compileSchema } from './compile-schema.ts';
import { type Explain, explanationOf } from './explain/explain-params.ts';
import type { ValueProblems } from './explain/problem.ts';
import { generateValidator } from './generated-validator.ts';
import type { ReadSchema } from './read-schema.ts';
import { compileSize, memoryKib } from './schema-cost.ts';
import { PatternError } from './translate-pattern.ts';

/** Answers to jobs, as they come back over a thread boundary. */
export type SchemaAnswer = {
  readonly problems: readonly string[];
  /** What compiling it costs, as in compileSize; 0 where that was not begun. */
  readonly size: number;
};
/** Null where its validator cannot be handed over as code. */
export type ValidatorAnswer = { readonly code: string | null };
export type ValueAnswer = { readonly invalid: ValueProblems | null };

/** A third of what a thread may use. */
const WEIGHT_MAX_KIB = 32 * 1_024;

/** A schema that can be used, compiled. */
type UsableSchema = { readonly validate: CompiledSchema; readonly explain: Explain; readonly memoryKib: number };

/** By content, so that nothing depends on ids and a schema that many agents have is compiled once. */
const compiled = new CompiledDocuments({ weightMaxKib: WEIGHT_MAX_KIB });
const compiledOf = compiled.of<JsonObject, UsableSchema>({
  name: 'schema',
  compile(schema) {
    const read = usable(schema);
    const engineOf = remembering(compileAnyPattern);
    return {
      validate: compileSchema(read, engineOf),
      explain: explanationOf(read, schema, engineOf),
      memoryKib: memoryKib(read),
    };
  },
  weighKib: (usable) => usable.memoryKib,
  isSame: () => true,
});

const compiledRulesOf = compiled.of<readonly PolicyRule[], CompiledRules>({
  name: 'rules',
  compile: compileRules,
  weighKib: rulesKib,
  isSame: () => true,
});

/** The far side of an isolate: computes a job. Throws where a stored contract is not what was checked. */
export function answerJob(job: IsolateJob): SchemaAnswer | ValidatorAnswer | ValueAnswer | Findings | Verdict {
  switch (job.kind) {
    case 'checkSchema':
      return checkSchema(job.schema);
    case 'generateValidator':
      return { code: generateValidator(usable(job.schema)) };
    case 'validate':
      return { invalid: invalidBy(compiledOf(JSON.stringify(job.schema), job.schema), job.value) };
    case 'checkRules':
      return { errors: checkRules(job.rules), warnings: [] };
    case 'checkDocuments':
      return answerCheck(job.check);
    case 'decideByRules': {
      const rules = compiledRulesOf(JSON.stringify(job.rules), job.rules);
      // The thread's budget is the bound.
      return decideByRules(rules, job.defaultAction, job.facts, new Meter(Number.POSITIVE_INFINITY));
    }
  }
}

function usable(schema: JsonObject): ReadSchema {
  const analysed = analyseSchema(schema);
  if (!analysed.ok) throw new Error(`A stored schema cannot be used: ${analysed.problems.join('; ')}`);
  return analysed.schema;
}

function invalidBy({ validate, explain }: UsableSchema, value: JsonValue): ValueProblems | null {
  const refusal = refusalOf(validate, value);
  return refusal === null ? null : problemsOf(refusal, explain, value);
}

function checkSchema(schema: JsonObject): SchemaAnswer {
  const analysed = analyseSchema(schema);
  if (!analysed.ok) return { problems: analysed.problems, size: 0 };
  const size = compileSize(analysed.schema);
  try {
    for (const pattern of analysed.schema.patterns.keys()) compileAnyPattern(pattern);
    compileSchema(analysed.schema, compileAnyPattern);
    return { problems: [], size };
  } catch (error) {
    return { problems: [error instanceof PatternError ? error.message : 'The schema cannot be compiled'], size };
  }
}
