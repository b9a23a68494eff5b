import type { Capability } from '../domain/contract.ts';
import type { InputIssue } from '../domain/errors.ts';
import type { PolicyRule } from '../domain/policy.ts';
import type { Decision, Facts } from '../domain/verdict.ts';
import { CompiledDocuments } from './compiled-documents.ts';
import { checkCapabilities } from './contract/check-capabilities.ts';
import type { Isolate } from './isolate.ts';
import { checkJsonBounds } from './json-bounds.ts';
import { runPipeline, type StageFailureListener } from './pipeline.ts';
import { checkPolicies } from './policy/check-policies.ts';
import { createCapabilitySandbox } from './stages/capability-sandbox.ts';
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
  /** Runs the pipeline. Never rejects: what fails is a denial. */
  decide(facts: Facts): Promise<Decision>;
  /** Everything that is wrong with a contract of that agent; paths such as `capabilities.0.paramsSchema`. */
  checkCapabilities(capabilities: readonly Capability[], agentId?: string): Promise<readonly InputIssue[]>;
  /** Everything that is wrong with rules; paths such as `rules.1.condition`. */
  checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[];
  /** Size, depth and number of values of params or of a result, against the bounds. */
  checkPayload(path: string, value: unknown): readonly InputIssue[];
  close(): Promise<void>;
};

/** Assembles the stages. A further stage is one file in stages/ and one line here. */
export function createEnforcement({ isolate, ...options }: EnforcementOptions): Enforcement {
  const compiled = new CompiledDocuments();
  const stages = [createPolicyEngine(compiled), createCapabilitySandbox(isolate, compiled)] as const;
  return {
    decide: (facts) => runPipeline(stages, facts, options),
    checkCapabilities: (capabilities, agentId) => checkCapabilities(capabilities, isolate, agentId),
    checkPolicies,
    checkPayload: checkJsonBounds,
    close: () => isolate.close(),
  };
}
