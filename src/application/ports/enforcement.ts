import type { Capability, JsonValue } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import type { PolicyRule } from '../../domain/policy.ts';
import type { Decision, Direction, Facts } from '../../domain/verdict.ts';

/** The enforcement pipeline, as use cases see it. Pure but for the thread that costly contracts are evaluated in. */
export interface Enforcement {
  /** What the pipeline of requests or of results says; the first denial ends it. Never throws: what fails is a denial. */
  decide<Of extends Direction>(direction: Of, facts: Facts[Of]): Promise<Decision<Of>>;
  /** Everything that is wrong with a contract about to be published; paths such as `capabilities.0.paramsSchema`. */
  checkCapabilities(capabilities: readonly Capability[], agentId: string): Promise<readonly InputIssue[]>;
  /** Everything that is wrong with rules about to be published; paths such as `rules.1.condition`. */
  checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[];
  /** Size, depth and number of nodes of params, against the bounds: what is over them is not even stored. */
  checkPayload(path: string, value: JsonValue): readonly InputIssue[];
  close(): Promise<void>;
}
