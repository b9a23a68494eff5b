import type { Capability, CapabilityContract } from './contract.ts';
import type { InputIssue } from './domain-error.ts';
import type { PolicyAction, PolicyRule, PolicySet } from './policy.ts';

/** A contract about to be published, and the rules in force that it is to be used with; null where there are none. */
export type ContractDraft = {
  readonly agentId: string;
  readonly capabilities: readonly Capability[];
  readonly policies: PolicySet | null;
};

/** Rules about to be published, and the contract in force that they are to be used with; null where there is none. */
export type PolicyDraft = {
  readonly agentId: string;
  readonly rules: readonly PolicyRule[];
  readonly defaultAction: PolicyAction;
  readonly contract: CapabilityContract | null;
  /** Whether anybody but administrators may approve what it holds. */
  readonly canApprove: boolean;
  readonly now: Date;
};

/** What there is to say about a document before it is published. Paths lead into the draft, as in InputIssue. */
export type Findings = {
  /** It contradicts itself, or what it is to be used with: it is not published. */
  readonly errors: readonly InputIssue[];
  /** It does not fit what it is to be used with today, or does what nobody means: it is published all the same. */
  readonly warnings: readonly InputIssue[];
};
