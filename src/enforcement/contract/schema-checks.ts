import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { CompiledDocuments } from '../compiled-documents.ts';
import { type Isolate, IsolateFailure } from '../isolate.ts';
import type { JsonSize } from '../json-bounds.ts';
import { readIssues } from '../read-issues.ts';
import { type AnalysedSchema, analyseSchema } from './analyse-schema.ts';
import { problemsOf, refusalOf } from './check-params.ts';
import { compilePattern, remembering } from './compile-pattern.ts';
import type { CompiledSchema, PatternCompiler } from './compile-schema.ts';
import { type Explain, explanationOf } from './explain/explain-params.ts';
import type { ValueProblems } from './explain/problem.ts';
import { validatorOf } from './prepare-validator.ts';
import { codeSize, estimate, memoryKib } from './schema-cost.ts';

/** What is evaluated here rather than in the isolate: about a millisecond's worth. */
const ESTIMATE_MAX = 50_000;
/** What is compiled here: schemas that take a few milliseconds at most. */
const COMPILED_HERE = { subschemas: 32, perValue: 1_024, perCharacter: 1_024, codeSize: 262_144 } as const;

/** Values are told everything that is wrong with them here where that takes less than this, and in the isolate otherwise. */
const EXPLAINED_HERE = { estimate: 10_000, steps: 20_000 } as const;

/** A schema of a capability, compiled when it is first needed. */
type Kept = {
  readonly analysed: AnalysedSchema;
  readonly isCompiledHere: boolean;
  readonly engineOf: PatternCompiler;
  validate: CompiledSchema | null;
  /** While it is compiled, for all who wait for it. */
  compiling: Promise<CompiledSchema> | null;
  explain: Explain | null;
};

/**
 * Why it could not be found out whether a value fits its schema:
 * - budget, memory: it takes more than it may
 * - unusable: the schema is none that would be published today
 */
export type Unchecked = { readonly unchecked: 'budget' | 'memory' | 'unusable' };

/** What a schema says of a value: null for nothing. Paths begin at `params`. */
export type SchemaCheck = ValueProblems | Unchecked | null;

export type ToCheck = {
  readonly schema: JsonObject;
  readonly value: JsonValue;
  readonly size: JsonSize;
  /** The agent whose schema it is. */
  readonly owner: string;
  /** As in JobFor. */
  readonly version?: string;
  /** Whether the agent itself asks. @default false */
  readonly isByOwner?: boolean;
  readonly signal: AbortSignal;
};

export type CheckBySchema = (id: string, toCheck: ToCheck) => SchemaCheck | Promise<SchemaCheck>;

/**
 * Holds values to schemas of published contracts; `id` tells what the same schema is. What may cost more than a moment
 * is evaluated in the isolate. Throws IsolateFailure for what the value and its schema are not to blame for.
 */
export function createSchemaChecks(isolate: Isolate, compiled: CompiledDocuments): CheckBySchema {
  const keptOf = compiled.of<JsonObject, Kept>({
    name: 'schema',
    weighKib: ({ analysed }) => (analysed.ok ? memoryKib(analysed.schema) : 0),
    compile(schema) {
      const analysed = analyseSchema(schema);
      return {
        analysed,
        isCompiledHere: isCheapToCompile(analysed),
        engineOf: remembering(compilePattern),
        validate: null,
        compiling: null,
        explain: null,
      };
    },
    isSame: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });

  return (id, toCheck) => {
    const kept = keptOf(id, toCheck.schema);
    const { analysed, isCompiledHere, engineOf } = kept;
    if (!analysed.ok) return { unchecked: 'unusable' };
    const { schema, cost } = analysed;
    if (schema.nodes.length === 1 && Object.keys(schema.root.normal).length === 0) return null;
    const estimated = estimate(cost, toCheck.size);
    const inIsolate = () => isolated(isolate, id, toCheck);
    if (!isCompiledHere || estimated > ESTIMATE_MAX) return inIsolate();
    const checkHere = (validate: CompiledSchema): SchemaCheck | Promise<SchemaCheck> => {
      kept.validate = validate;
      const refusal = refusalOf(validate, toCheck.value);
      if (refusal === null) return null;
      if (estimated > EXPLAINED_HERE.estimate) return orElse(inIsolate(), { issues: [refusal], hasMore: false });
      kept.explain ??= explanationOf(schema, toCheck.schema, engineOf);
      return problemsOf(refusal, kept.explain, toCheck.value, EXPLAINED_HERE.steps);
    };
    if (kept.validate !== null) return checkHere(kept.validate);
    kept.compiling ??= validatorOf(schema, toCheck.schema, { isolate, engineOf, jobFor: toCheck });
    return kept.compiling.then(checkHere);
  };
}

const isCheapToCompile = (analysed: AnalysedSchema): boolean =>
  analysed.ok &&
  analysed.schema.nodes.length <= COMPILED_HERE.subschemas &&
  analysed.cost.perValue <= COMPILED_HERE.perValue &&
  analysed.cost.perCharacter <= COMPILED_HERE.perCharacter &&
  codeSize(analysed.schema) <= COMPILED_HERE.codeSize;

/** The verdict is a refusal already: what the isolate cannot add is not told. */
async function orElse(inIsolate: Promise<SchemaCheck>, refused: ValueProblems): Promise<ValueProblems> {
  try {
    const check = await inIsolate;
    return check === null || 'unchecked' in check ? refused : check;
  } catch (error) {
    if (error instanceof IsolateFailure || error instanceof DomainError) return refused;
    throw error;
  }
}

async function isolated(isolate: Isolate, document: string, toCheck: ToCheck): Promise<SchemaCheck> {
  try {
    const { schema, value, signal, owner, version, isByOwner = false } = toCheck;
    const jobFor = { owner, document, isByOwner, ...(version !== undefined && { version }) };
    return readAnswer(await isolate.run({ kind: 'validate', schema, value }, signal, jobFor));
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    const { kind } = error;
    if (kind === 'budget' || kind === 'memory') return { unchecked: kind };
    throw error;
  }
}

/** What the isolate answered; anything but null or problems is a failure, not a value without problems. */
function readAnswer(answer: unknown): ValueProblems | null {
  if (typeof answer === 'object' && answer !== null && 'invalid' in answer) {
    const { invalid } = answer;
    if (invalid === null) return null;
    if (typeof invalid === 'object' && 'issues' in invalid && 'hasMore' in invalid) {
      const issues = readIssues(invalid.issues);
      if (issues.length > 0) return { issues, hasMore: invalid.hasMore === true };
    }
  }
  throw new IsolateFailure('crashed', answer);
}
