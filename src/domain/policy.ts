export const POLICY_ACTIONS = ['REJECT', 'REQUIRE_APPROVAL', 'ALLOW'] as const;

/** REJECT overrides REQUIRE_APPROVAL, which overrides ALLOW; ALLOW matters where the default action is REJECT. */
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

export type PolicyRule = {
  readonly condition: string;
  readonly action: PolicyAction;
  readonly reason: string | null;
};

/** One published version of an agent's rules. Append-only, as contracts are. */
export type PolicySet = {
  readonly id: string;
  readonly agentId: string;
  readonly version: number;
  readonly isActive: boolean;
  /** What an action gets that no rule matches. */
  readonly defaultAction: PolicyAction;
  readonly rules: readonly PolicyRule[];
  readonly createdAt: Date;
};

export const POLICY_RULES_MAX = 100;
export const POLICY_CONDITION_MAX_LENGTH = 500;
export const POLICY_REASON_MAX_LENGTH = 500;
