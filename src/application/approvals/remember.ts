import type { Approval } from '../../domain/approval.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { complete } from '../../domain/fields.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import { newId } from '../../domain/new-id.ts';
import { POLICY_RULES_MAX, type PolicyRule, type PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import {
  REMEMBER,
  REMEMBER_PARAM,
  REMEMBERED_DAYS,
  REMEMBERED_DAYS_MAX,
  type RememberedCondition,
  type RememberInput,
} from '../../domain/remember.ts';
import { paramsToDo, type Request } from '../../domain/request.ts';
import type { CheckPolicySet } from '../agents/check-policy-set.ts';
import { InputIssues } from '../input-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionBasis } from '../ports/decision-store.ts';
import type { DocumentStore, PolicyPublication } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import { type DecidingPrincipal, requireDecider } from './may-decide.ts';

const DAY_MS = 86_400_000;

type Dependencies = {
  readonly documents: Pick<DocumentStore, 'activeContracts' | 'activePolicySets'>;
  readonly enforcement: Pick<Enforcement, 'rememberedCondition'>;
  readonly checkPolicySet: CheckPolicySet;
  readonly clock: Clock;
};

/** A rule that was made from a decision, and the version that it was published with. */
export type Remembered = { readonly rule: PolicyRule; readonly policySet: PolicySet };

/** Makes rules of what was approved, so that the same passes without anybody being asked (docs/decisions/0051). */
export function createRemember({ documents, enforcement, checkPolicySet, clock }: Dependencies) {
  const after = (days: number): Date => new Date(clock.now().getTime() + days * DAY_MS);

  /** What there is to say of what is asked for before anything else is known. */
  function check(issues: InputIssues, principal: DecidingPrincipal, { params, expiresAt }: RememberInput): void {
    if (principal.kind === 'approver') {
      issues.add('remember', "is for the agent's owner and administrators: approvers decide, and publish no rules");
    }
    for (const [index, param] of params.entries()) {
      const of = new InputIssues();
      of.texts(REMEMBER_PARAM, param);
      for (const { path, message } of of.found)
        issues.add(`remember.params.${index}.${path.slice('input.'.length)}`, message);
    }
    if (expiresAt == null) return;
    if (expiresAt <= clock.now()) issues.add('remember.expiresAt', 'must lie in the future');
    if (expiresAt > after(REMEMBERED_DAYS_MAX)) {
      issues.add('remember.expiresAt', `must be within ${REMEMBERED_DAYS_MAX} days from now`);
    }
  }

  /** What the rule would say, by the contract in force; or why there is none. */
  async function conditionOf(
    { agentId, senderId, action }: Request,
    params: JsonText<JsonObject>,
    remember: RememberInput,
  ): Promise<RememberedCondition> {
    const { params: choices } = complete(REMEMBER, remember);
    const [active = null] = await documents.activeContracts([agentId]);
    const capability = valuesIn(active)?.capabilities.find((each) => each.action === action) ?? null;
    return enforcement.rememberedCondition({ senderId, action, params: params.value, choices, capability });
  }

  /** The rule. Throws InvalidInputError where there is none. */
  async function ruleOf(
    { approval, request }: Pick<DecisionBasis, 'approval' | 'request'>,
    params: JsonText<JsonObject>,
    remember: RememberInput,
  ): Promise<PolicyRule> {
    const said = await conditionOf(request, params, remember);
    if (!said.ok) {
      throw new InvalidInputError(said.issues.map(({ path, message }) => ({ path: `input.${path}`, message })));
    }
    return ruleSaying(said, approval.id, remember.expiresAt ?? after(REMEMBERED_DAYS));
  }

  /** What is published with the decision; null where the rules in force are others by now, so that it is looked at again. */
  async function publicationOf(
    basis: Pick<DecisionBasis, 'approval' | 'request'>,
    params: JsonText<JsonObject>,
    remember: RememberInput,
  ): Promise<PolicyPublication | null> {
    const { agentId } = basis.request;
    const rule = await ruleOf(basis, params, remember);
    const [active = null] = await documents.activePolicySets([agentId]);
    if (active === null || active.id !== basis.approval.policySetId) return null;
    const now = clock.now();
    const kept = active.rules.filter((each) => !isReplaced(each, rule, now));
    if (kept.length >= POLICY_RULES_MAX) {
      throw refused(
        `The policy set has ${kept.length} rules already, and at most ${POLICY_RULES_MAX} are allowed: take one out first`,
      );
    }
    const { defaultAction } = active;
    const rules = [...kept, rule];
    const [problem] = (await checkPolicySet.findings({ agentId, rules, defaultAction })).errors;
    if (problem !== undefined) {
      throw refused(`The rules could not be published with it: ${problem.path}: ${problem.message}`);
    }
    await checkPolicySet.requireUnderstood(rules);
    return { id: newId(), rules, defaultAction };
  }

  const isOver = ({ resolvedAt, expiresAt }: Approval): boolean => resolvedAt !== null || expiresAt <= clock.now();

  return {
    check,
    publicationOf,
    /** What would be remembered with these choices; null where it is over. Throws InvalidInputError with why there is none. */
    async ruleWith(
      principal: Principal | null,
      basis: Pick<DecisionBasis, 'approval' | 'request'>,
      remember: RememberInput,
    ): Promise<PolicyRule | null> {
      const issues = new InputIssues();
      check(issues, requireDecider(principal), remember);
      issues.throwIfAny();
      return isOver(basis.approval) ? null : ruleOf(basis, paramsToDo(basis.request), remember);
    },
    /** What was remembered of the approval, where that is in force still and says what is asked for. */
    async inForce(
      { approval, request }: Pick<DecisionBasis, 'approval' | 'request'>,
      asked: RememberInput,
    ): Promise<Remembered | null> {
      const [active = null] = await documents.activePolicySets([request.agentId]);
      const remembered = active && rememberedIn(active, approval.id);
      if (remembered === null) return null;
      const said = await conditionOf(request, paramsToDo(request), asked);
      const { rule } = remembered;
      const isSame = asked.expiresAt == null || rule.expiresAt?.getTime() === asked.expiresAt.getTime();
      return isSame && said.ok && saySame(rule, said) ? remembered : null;
    },
    /** What would be remembered with no choices; null where it is over, and where no rule says just that. */
    suggestedRule(approval: Approval, request: Request): PolicyRule | null {
      if (isOver(approval)) return null;
      const { senderId, action } = request;
      const params = paramsToDo(request).value;
      const said = enforcement.rememberedCondition({ senderId, action, params, choices: [], capability: null });
      return said.ok ? ruleSaying(said, approval.id, after(REMEMBERED_DAYS)) : null;
    },
  };
}

/** The rule that was made from the approval, and the set that it is in. */
export function rememberedIn(policySet: PolicySet, approvalId: string): Remembered | null {
  const rule = policySet.rules.find(({ madeFrom }) => madeFrom === approvalId);
  return rule === undefined ? null : { rule, policySet };
}

const refused = (message: string) => new InvalidInputError([{ path: 'input.remember', message }]);

const ruleSaying = ({ condition, cel, onlyParams }: Said, madeFrom: string, expiresAt: Date): PolicyRule => ({
  condition,
  cel,
  action: 'WAIVE_APPROVAL',
  reason: null,
  onlyParams,
  expiresAt,
  madeFrom,
});

/** Of what was remembered before: what has expired, and what says the same. */
function isReplaced(rule: PolicyRule, by: PolicyRule, now: Date): boolean {
  if (rule.madeFrom === null || rule.action !== 'WAIVE_APPROVAL') return false;
  if (rule.expiresAt !== null && rule.expiresAt <= now) return true;
  return saySame(rule, by);
}

type Said = Pick<PolicyRule, 'condition' | 'cel' | 'onlyParams'>;

const saySame = (one: Said, other: Said): boolean => textOf(one) === textOf(other);
const textOf = ({ condition, cel, onlyParams }: Said): string => JSON.stringify([condition, cel, onlyParams]);
