import type { JsonValue } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import type { PolicyNeed, PolicySet } from '../../domain/policy.ts';
import type { ContractDraft, Findings, PolicyDraft } from '../../domain/publication.ts';
import type { RememberedCondition, ToRemember } from '../../domain/remember.ts';
import type { Decision, Direction, Facts, StageResult } from '../../domain/verdict.ts';

/** The enforcement pipeline, as use cases see it. Pure but for the thread that costly contracts are evaluated in. */
export interface Enforcement {
  /**
   * What the pipeline of requests or of results says; the first denial ends it. Throws OverloadedError where there is too much
   * to do for a verdict, and UnavailableError where a stage failed: then nothing passes, and nothing is denied either.
   */
  decide<Of extends Direction>(direction: Of, facts: Facts[Of]): Promise<Decision<Of>>;
  /**
   * What other rules say of a request that was decided about before: what the other stages said then, by its log, still
   * counts; where it was denied before they were asked, they are asked now. Throws as `decide`.
   */
  redecide(facts: Facts['request'], then: readonly StageResult[]): Promise<Decision>;
  /** What there is to say about a contract before it is published; paths such as `capabilities.0.paramsSchema`. */
  checkContract(draft: ContractDraft): Promise<Findings>;
  /** What there is to say about rules before they are published; paths such as `rules.1.condition`. */
  checkPolicies(draft: PolicyDraft): Promise<Findings>;
  /** What must be read before the rules can be evaluated; nothing for rules that name none of it. */
  needsOf(policies: PolicySet): ReadonlySet<PolicyNeed>;
  /** What a rule has to say to match exactly what was approved, and what somebody chose besides; or why none can. */
  rememberedCondition(asked: ToRemember): RememberedCondition;
  /** Size, depth and number of nodes of params, against the bounds: what is over them is not even stored. */
  checkPayload(path: string, value: JsonValue, bytes: number): readonly InputIssue[];
  close(): Promise<void>;
}
