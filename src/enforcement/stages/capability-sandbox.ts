import { closestName } from '../../domain/closest-name.ts';
import type { Capability, JsonObject } from '../../domain/contract.ts';
import type { Denial, DenialKind } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import { type AnalysedSchema, analyseSchema } from '../contract/analyse-schema.ts';
import { problemOfParams } from '../contract/answer-job.ts';
import { type CompiledSchema, compileSchema } from '../contract/compile-schema.ts';
import { brokenConstraint } from '../contract/constraints.ts';
import { estimate, memoryKib } from '../contract/schema-cost.ts';
import { type Isolate, IsolateFailure } from '../isolate.ts';
import { type JsonSize, measureJson } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';
import { quoted } from '../printable.ts';

/** What is evaluated here rather than in the isolate: about a millisecond's worth. */
const ESTIMATE_MAX = 50_000;
/** What is compiled here: schemas that take a millisecond or two. */
const COMPILED_HERE = { subschemas: 32, perValue: 1_024, perCharacter: 1_024 } as const;

/** A capability's schema, compiled when it is first needed. */
type Contract = { readonly analysed: AnalysedSchema; validate: CompiledSchema | null };

/**
 * Holds a request to the agent's contract: the action is one of its capabilities, the params match its schema and
 * keep to its constraints. What may cost more than a moment is evaluated in the isolate.
 */
export function createCapabilitySandbox(isolate: Isolate, compiled = new CompiledDocuments()): Stage {
  const contractOf = compiled.of<Capability, Contract>({
    name: 'capability',
    weighKib: ({ analysed }) => (analysed.ok ? memoryKib(analysed.schema) : 0),
    compile: ({ paramsSchema }) => ({ analysed: analyseSchema(paramsSchema), validate: null }),
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
      if ('problem' in size) return deny('INVALID_PARAMS', `params ${size.problem}`);
      const kept = contractOf(`${contract.id} ${action}`, capability);
      const denial = await denialOf(kept, capability, params, size, signal, contract.agentId);
      if (denial !== null) return denial;
      const broken = brokenConstraint(capability.constraints, params);
      return broken === null ? { decision: 'PASS' } : deny('BROKEN_CONSTRAINT', broken);
    },
  };

  /** Because the params do not match the schema, or that could not be found out; or null. */
  function denialOf(
    contract: Contract,
    { paramsSchema }: Capability,
    params: JsonObject,
    size: JsonSize,
    signal: AbortSignal,
    owner: string,
  ): Denial | null | Promise<Denial | null> {
    const { analysed } = contract;
    if (!analysed.ok) return deny('STAGE_FAILED', "The agent's contract for this action cannot be used");
    const { schema, cost } = analysed;
    if (schema.nodes.length === 1 && Object.keys(schema.root.normal).length === 0) return null;
    const isCheap =
      estimate(cost, size) <= ESTIMATE_MAX &&
      schema.nodes.length <= COMPILED_HERE.subschemas &&
      cost.perValue <= COMPILED_HERE.perValue &&
      cost.perCharacter <= COMPILED_HERE.perCharacter;
    if (!isCheap) return isolated(isolate, paramsSchema, params, signal, owner);
    contract.validate ??= compileSchema(schema);
    return invalid(problemOfParams(contract.validate, params));
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

const invalid = (problem: string | null): Denial | null => (problem === null ? null : deny('INVALID_PARAMS', problem));

async function isolated(
  isolate: Isolate,
  schema: JsonObject,
  params: JsonObject,
  signal: AbortSignal,
  owner: string,
): Promise<Denial | null> {
  try {
    return invalid(readProblem(await isolate.run({ kind: 'validateParams', schema, params }, signal, owner)));
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    if (error.kind === 'budget') return invalid('params take too long to check against the schema of the action');
    if (error.kind === 'memory')
      return invalid('params take too much memory to check against the schema of the action');
    if (error.kind === 'busy') return deny('BUSY', 'Too many requests are being checked just now; try again');
    throw error;
  }
}

/** What the isolate answered; anything but a text or null is a failure, not params without problems. */
function readProblem(answer: unknown): string | null {
  if (typeof answer === 'object' && answer !== null && 'problem' in answer) {
    const { problem } = answer;
    if (problem === null || (typeof problem === 'string' && problem !== '')) return problem;
  }
  throw new IsolateFailure('crashed', answer);
}
