import type { Capability, JsonValue } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import type { PolicyRule } from '../../domain/policy.ts';
import type { Decision, Facts } from '../../domain/verdict.ts';

/** The enforcement pipeline, as use cases see it. Pure but for the thread that costly contracts are evaluated in. */
export interface Enforcement {
  /** Never throws: what fails is a denial. */
  decide(facts: Facts): Promise<Decision>;
  /** Everything that is wrong with a contract about to be published; paths such as `capabilities.0.paramsSchema`. */
  checkCapabilities(capabilities: readonly Capability[], agentId: string): Promise<readonly InputIssue[]>;
  /** Everything that is wrong with rules about to be published; paths such as `rules.1.condition`. */
  checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[];
  /** Size, depth and number of nodes of params or a result, against the bounds. */
  checkPayload(path: string, value: JsonValue): readonly InputIssue[];
  close(): Promise<void>;
}
