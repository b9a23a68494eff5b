import { closestName } from '../../domain/closest-name.ts';
import type { Capability, JsonObject } from '../../domain/contract.ts';
import type { Denial, DenialKind } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import { type AnalysedSchema, analyseSchema } from '../contract/analyse-schema.ts';
import { problemsOf, refusalOf, together } from '../contract/check-params.ts';
import { compilePattern, remembering } from '../contract/compile-pattern.ts';
import type { CompiledSchema, PatternCompiler } from '../contract/compile-schema.ts';
import { brokenConstraints } from '../contract/constraints.ts';
import { type Explain, explanationOf } from '../contract/explain/explain-params.ts';
import { type ParamsProblems, sentenceOf } from '../contract/explain/problem.ts';
import { validatorOf } from '../contract/prepare-validator.ts';
import { codeSize, estimate, memoryKib } from '../contract/schema-cost.ts';
import { type Isolate, IsolateFailure } from '../isolate.ts';
import { type JsonSize, measureJson } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';
import { quoted } from '../printable.ts';
import { readIssues } from '../read-issues.ts';

/** What is evaluated here rather than in the isolate: about a millisecond's worth. */
const ESTIMATE_MAX = 50_000;
/** What is compiled here: schemas that take a few milliseconds at most. */
const COMPILED_HERE = { subschemas: 32, perValue: 1_024, perCharacter: 1_024, codeSize: 262_144 } as const;

/** Params are told everything that is wrong with them here where that takes less than this, and in the isolate otherwise. */
const EXPLAINED_HERE = { estimate: 10_000, steps: 20_000 } as const;

/** A capability's schema, compiled when it is first needed. */
type Contract = {
  readonly analysed: AnalysedSchema;
  readonly isCompiledHere: boolean;
  readonly engineOf: PatternCompiler;
  validate: CompiledSchema | null;
  /** While it is compiled, for all who wait for it. */
  compiling: Promise<CompiledSchema> | null;
  explain: Explain | null;
};

/** What there is to say of params: nothing, what is wrong with them, or that it could not be found out. */
type Check = ParamsProblems | Denial | null;

/**
 * Holds a request to the agent's contract: the action is one of its capabilities, the params match its schema and
 * keep to its constraints. What may cost more than a moment is evaluated in the isolate.
 */
export function createCapabilitySandbox(isolate: Isolate, compiled = new CompiledDocuments()): Stage {
  const contractOf = compiled.of<Capability, Contract>({
    name: 'capability',
    weighKib: ({ analysed }) => (analysed.ok ? memoryKib(analysed.schema) : 0),
    compile({ paramsSchema }) {
      const analysed = analyseSchema(paramsSchema);
      return {
        analysed,
        isCompiledHere: isCheapToCompile(analysed),
        engineOf: remembering(compilePattern),
        validate: null,
        compiling: null,
        explain: null,
      };
    },
    isSame: (one, other) => JSON.stringify(one.paramsSchema) === JSON.stringify(other.paramsSchema),
  });

  return {
    name: 'capability_sandbox',
    async evaluate({ contract, action, params }, signal) {
      if (contract === null) return deny('NO_CONTRACT', 'The agent has not published any capabilities');
      const capability = contract.capabilities.find((each) => each.action === action);
      if (capability === undefined) {
        return deny('UNKNOWN_ACTION', unknownAction(action, contract.capabilities));
      }
      const size = measureJson(params);
      if ('problem' in size) {
        return denyParams('INVALID_PARAMS', invalid(size.problem));
      }
      const kept = contractOf(`${contract.id} ${action}`, capability);
      const check = await checkBySchema(kept, capability, params, size, signal, contract.agentId);
      if (check !== null && 'decision' in check) return check;
      const broken = brokenConstraints(capability.constraints, params);
      if (check !== null) return denyParams('INVALID_PARAMS', together(check, broken));
      return broken.length === 0
        ? { decision: 'PASS' }
        : denyParams('BROKEN_CONSTRAINT', together({ issues: [], hasMore: false }, broken));
    },
  };

  function checkBySchema(
    contract: Contract,
    { paramsSchema }: Capability,
    params: JsonObject,
    size: JsonSize,
    signal: AbortSignal,
    owner: string,
  ): Check | Promise<Check> {
    const { analysed, isCompiledHere } = contract;
    if (!analysed.ok) return deny('STAGE_FAILED', "The agent's contract for this action cannot be used");
    const { schema, cost } = analysed;
    if (schema.nodes.length === 1 && Object.keys(schema.root.normal).length === 0) return null;
    const estimated = estimate(cost, size);
    const inIsolate = () => isolated(isolate, paramsSchema, params, signal, owner);
    if (!isCompiledHere || estimated > ESTIMATE_MAX) return inIsolate();
    const checkHere = (validate: CompiledSchema): Check | Promise<Check> => {
      contract.validate = validate;
      const refusal = refusalOf(validate, params);
      if (refusal === null) return null;
      if (estimated > EXPLAINED_HERE.estimate) return orElse(inIsolate(), { issues: [refusal], hasMore: false });
      contract.explain ??= explanationOf(schema, paramsSchema, contract.engineOf);
      return problemsOf(refusal, contract.explain, params, EXPLAINED_HERE.steps);
    };
    if (contract.validate !== null) return checkHere(contract.validate);
    contract.compiling ??= validatorOf(schema, paramsSchema, { isolate, engineOf: contract.engineOf, owner });
    return contract.compiling.then(checkHere);
  }
}

const isCheapToCompile = (analysed: AnalysedSchema): boolean =>
  analysed.ok &&
  analysed.schema.nodes.length <= COMPILED_HERE.subschemas &&
  analysed.cost.perValue <= COMPILED_HERE.perValue &&
  analysed.cost.perCharacter <= COMPILED_HERE.perCharacter &&
  codeSize(analysed.schema) <= COMPILED_HERE.codeSize;

/** The verdict is a refusal already: what the isolate cannot add is not told. */
async function orElse(inIsolate: Promise<Check>, refused: ParamsProblems): Promise<ParamsProblems> {
  try {
    const check = await inIsolate;
    return check === null || 'decision' in check ? refused : check;
  } catch (error) {
    if (error instanceof IsolateFailure) return refused;
    throw error;
  }
}

function unknownAction(action: string, capabilities: readonly Capability[]): string {
  const meant = closestName(
    action,
    capabilities.map((each) => each.action),
  );
  const hint = meant === null ? '' : `; did you mean ${quoted(meant)}?`;
  return `The action ${quoted(action)} is not one of the agent's capabilities${hint}`;
}

const deny = (kind: DenialKind, reason: string): Denial => ({ decision: 'DENY', kind, reason });

const denyParams = (kind: DenialKind, problems: ParamsProblems): Denial => ({
  ...deny(kind, sentenceOf(problems)),
  issues: problems.issues,
});

async function isolated(
  isolate: Isolate,
  schema: JsonObject,
  params: JsonObject,
  signal: AbortSignal,
  owner: string,
): Promise<Check> {
  try {
    return readAnswer(await isolate.run({ kind: 'validateParams', schema, params }, signal, owner));
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    if (error.kind === 'budget') return invalid('take too long to check against the schema of the action');
    if (error.kind === 'memory') return invalid('take too much memory to check against the schema of the action');
    if (error.kind === 'busy') return deny('BUSY', 'Too many requests are being checked just now; try again');
    throw error;
  }
}

const invalid = (message: string): ParamsProblems => ({ issues: [{ path: 'params', message }], hasMore: false });

/** What the isolate answered; anything but null or problems is a failure, not params without problems. */
function readAnswer(answer: unknown): ParamsProblems | null {
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
