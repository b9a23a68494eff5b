import { Type } from 'typebox';
import type { CapabilityContract, JsonObject } from './contract.ts';
import { nullable, type ValueOf } from './fields.ts';
import type { PolicySet } from './policy.ts';

/** Everything a stage may look at. */
export type Facts = {
  readonly senderId: string;
  readonly action: string;
  readonly params: JsonObject;
  /** The active contract; null before the first one. */
  readonly contract: CapabilityContract | null;
  /** The active policy set; null before the first one. */
  readonly policies: PolicySet | null;
};

/** What a stage says. HOLD lets the request pass and holds it for a human. */
export type Verdict =
  | { readonly decision: 'PASS' }
  | { readonly decision: 'HOLD'; readonly reason: string }
  | { readonly decision: 'DENY'; readonly reason: string };

/** One line of a request's pipeline log. */
export const STAGE_RESULT = Type.Object({
  stage: Type.String({ description: 'policy_engine, capability_sandbox, …' }),
  passed: Type.Boolean({ description: 'Whether the stage let it pass.' }),
  reason: nullable(Type.String({ description: 'Why not, or why it is held.' })),
  durationMs: Type.Number({ description: 'How long the stage took, in milliseconds.' }),
});
export type StageResult = ValueOf<typeof STAGE_RESULT>;

/** What the pipeline as a whole says. */
export type Decision =
  | { readonly outcome: 'PASSED'; readonly log: readonly StageResult[] }
  | { readonly outcome: 'HELD'; readonly reason: string; readonly log: readonly StageResult[] }
  | {
      readonly outcome: 'DENIED';
      readonly stage: string;
      readonly reason: string;
      readonly log: readonly StageResult[];
    };
