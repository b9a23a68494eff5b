import type { InputIssue } from '../domain/errors.ts';
import type { PolicyNeed, PolicySet } from '../domain/policy.ts';
import type { ContractDraft, Findings, PolicyDraft } from '../domain/publication.ts';
import type { RememberedCondition, ToRemember } from '../domain/remember.ts';
import type { Decision, Direction, Facts, StageResult } from '../domain/verdict.ts';
import { CompiledDocuments } from './compiled-documents.ts';
import { createSchemaChecks } from './contract/schema-checks.ts';
import type { Isolate } from './isolate.ts';
import { checkJsonBounds } from './json-bounds.ts';
import { runPipeline, type Stage, type StageFailureListener } from './pipeline.ts';
import { rememberedCondition } from './policy/remember.ts';
import { checkContract } from './publication/check-contract.ts';
import { checkPolicies } from './publication/check-policies.ts';
import { redecide } from './redecide.ts';
import { createCapabilitySandbox } from './stages/capability-sandbox.ts';
import { createPayloadBounds } from './stages/payload-bounds.ts';
import { createCompiledPolicies, createPolicyEngine } from './stages/policy-engine.ts';
import { createResultContract } from './stages/result-contract.ts';

export type EnforcementOptions = {
  readonly stageTimeoutMs: number;
  /** What a result may be long, as JSON. */
  readonly resultMaxBytes: number;
  /** Where costly contracts are compiled and evaluated. Closed with the enforcement. */
  readonly isolate: Isolate;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Hears why a stage failed, for the log. */
  readonly onFailure?: StageFailureListener;
  /** Hears of each look-up in the cache of compiled documents. */
  readonly onLookUp?: (isHit: boolean) => void;
};

/** The enforcement core: what decides about requests, and what is asked before contracts and rules are published. */
export type Enforcement = {
  /** Runs the pipeline of requests or of results. Rejects where a stage gives no verdict, as runPipeline does. */
  decide<Of extends Direction>(direction: Of, facts: Facts[Of]): Promise<Decision<Of>>;
  /** What other rules say of a request that was decided about before. Rejects as `decide`. */
  redecide(facts: Facts['request'], then: readonly StageResult[]): Promise<Decision>;
  /** What there is to say about a contract before it is published; paths such as `capabilities.0.paramsSchema`. */
  checkContract(draft: ContractDraft): Promise<Findings>;
  /** What there is to say about rules before they are published; paths such as `rules.1.condition`. */
  checkPolicies(draft: PolicyDraft): Promise<Findings>;
  /** What must be read before the rules can be evaluated. */
  needsOf(policies: PolicySet): ReadonlySet<PolicyNeed>;
  /** What a rule has to say to match exactly what was approved, and what somebody chose besides; or why none can. */
  rememberedCondition(asked: ToRemember): RememberedCondition;
  /** Size, depth and number of values of params, against the bounds. */
  checkPayload(path: string, value: unknown, bytes?: number): readonly InputIssue[];
  close(): Promise<void>;
};

/** What each direction goes through, in order. */
type Stages = { readonly [Of in Direction]: readonly [Stage<Of>, ...Stage<Of>[]] };

/** Assembles the stages. A further stage is one file in stages/ and one line here. */
export function createEnforcement({ isolate, resultMaxBytes, onLookUp, ...options }: EnforcementOptions): Enforcement {
  const compiled = new CompiledDocuments({ ...(onLookUp && { onLookUp }) });
  const compiledPolicies = createCompiledPolicies(compiled);
  const checkBySchema = createSchemaChecks(isolate, compiled);
  const stages: Stages = {
    request: [createPolicyEngine(isolate, compiledPolicies), createCapabilitySandbox(isolate, checkBySchema)],
    result: [createPayloadBounds(resultMaxBytes), createResultContract(checkBySchema)],
  };
  return {
    decide: (direction, facts) => runPipeline(direction, stages[direction], facts, options),
    redecide: (facts, then) => redecide(stages.request, facts, then, options),
    checkContract: (draft) => checkContract(draft, isolate),
    checkPolicies: (draft) => checkPolicies(draft, isolate),
    needsOf: (policies) => compiledPolicies(policies.id, policies).needs,
    rememberedCondition,
    checkPayload: checkJsonBounds,
    close: () => isolate.close(),
  };
}
