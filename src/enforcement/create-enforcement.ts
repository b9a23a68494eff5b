import type { Capability } from '../domain/contract.ts';
import type { InputIssue } from '../domain/errors.ts';
import type { PolicyRule } from '../domain/policy.ts';
import type { Decision, Direction, Facts } from '../domain/verdict.ts';
import { CompiledDocuments } from './compiled-documents.ts';
import { checkCapabilities } from './contract/check-capabilities.ts';
import type { Isolate } from './isolate.ts';
import { checkJsonBounds } from './json-bounds.ts';
import { runPipeline, type Stage, type StageFailureListener } from './pipeline.ts';
import { checkPolicies } from './policy/check-policies.ts';
import { createCapabilitySandbox } from './stages/capability-sandbox.ts';
import { createPayloadBounds } from './stages/payload-bounds.ts';
import { createPolicyEngine } from './stages/policy-engine.ts';

export type EnforcementOptions = {
  readonly stageTimeoutMs: number;
  /** Where costly contracts are compiled and evaluated. Closed with the enforcement. */
  readonly isolate: Isolate;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Hears why a stage failed, for the log. */
  readonly onFailure?: StageFailureListener;
};

/** The enforcement core: what decides about requests, and what is asked before contracts and rules are published. */
export type Enforcement = {
  /** Runs the pipeline of requests or of results. Never rejects: what fails is a denial. */
  decide<Of extends Direction>(direction: Of, facts: Facts[Of]): Promise<Decision<Of>>;
  /** Everything that is wrong with a contract of that agent; paths such as `capabilities.0.paramsSchema`. */
  checkCapabilities(capabilities: readonly Capability[], agentId?: string): Promise<readonly InputIssue[]>;
  /** Everything that is wrong with rules; paths such as `rules.1.condition`. */
  checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[];
  /** Size, depth and number of values of params, against the bounds. */
  checkPayload(path: string, value: unknown): readonly InputIssue[];
  close(): Promise<void>;
};

/** What each direction goes through, in order. */
type Stages = { readonly [Of in Direction]: readonly [Stage<Of>, ...Stage<Of>[]] };

/** Assembles the stages. A further stage is one file in stages/ and one line here. */
export function createEnforcement({ isolate, ...options }: EnforcementOptions): Enforcement {
  const compiled = new CompiledDocuments();
  const stages: Stages = {
    request: [createPolicyEngine(compiled), createCapabilitySandbox(isolate, compiled)],
    result: [createPayloadBounds()],
  };
  return {
    decide: (direction, facts) => runPipeline(stages[direction], facts, options),
    checkCapabilities: (capabilities, agentId) => checkCapabilities(capabilities, isolate, agentId),
    checkPolicies,
    checkPayload: checkJsonBounds,
    close: () => isolate.close(),
  };
}
