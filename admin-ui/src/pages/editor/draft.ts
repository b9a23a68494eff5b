import { HINTS, saidOf } from '../../components/said.ts';
import type {
  CapabilityHintsInput,
  CapabilityInput,
  ContractFragment,
  PoliciesFragment,
  PolicyAction,
  PolicyRuleInput,
  ResultFormat,
} from '../../generated/graphql.ts';

/** A rule as it is edited: one text in one of the two languages. */
export type RuleDraft = {
  /** Tells rows apart while they are moved about. */
  readonly key: number;
  readonly language: 'condition' | 'cel';
  readonly text: string;
  readonly action: PolicyAction;
  readonly reason: string;
  /** What is not edited here. */
  readonly limits: RuleLimits;
};

/** What else a rule says of when it applies. */
export type RuleLimits = Pick<PolicyRuleInput, 'onlyParams' | 'expiresAt' | 'madeFrom'>;

export type PoliciesDraft = { readonly defaultAction: PolicyAction; readonly rules: readonly RuleDraft[] };

/** A capability as it is edited: its schemas and its constraints are JSON texts. */
export type CapabilityDraft = {
  readonly key: number;
  readonly action: string;
  readonly title: string;
  readonly description: string;
  readonly paramsSchema: string;
  readonly constraints: string;
  readonly resultFormat: ResultFormat;
  /** Empty where nothing is said of the result. */
  readonly resultSchema: string;
  readonly hints: CapabilityHintsInput;
  readonly textParam: string;
  /** What is not edited here. */
  readonly more: Partial<CapabilityInput>;
};

export type ContractDraft = { readonly capabilities: readonly CapabilityDraft[] };

export const POLICY_ACTIONS = [
  'REJECT',
  'WAIVE_APPROVAL',
  'REQUIRE_APPROVAL',
  'ALLOW',
] as const satisfies readonly PolicyAction[];

/** What a request can get that no rule matches. */
export const DEFAULT_ACTIONS = POLICY_ACTIONS.filter((action) => action !== 'WAIVE_APPROVAL');

let lastKey = 0;
const newKey = (): number => ++lastKey;

export const newRule = (): RuleDraft => ({
  key: newKey(),
  language: 'cel',
  text: '',
  action: 'REJECT',
  reason: '',
  limits: {},
});

export const newCapability = (): CapabilityDraft => ({
  key: newKey(),
  action: '',
  title: '',
  description: '',
  paramsSchema: textOf({ type: 'object', properties: {}, additionalProperties: false }),
  constraints: '{}',
  resultFormat: 'JSON',
  resultSchema: '',
  hints: {},
  textParam: '',
  more: {},
});

export type PoliciesInput = { readonly defaultAction: PolicyAction; readonly rules: PolicyRuleInput[] };
type ContractInput = { readonly capabilities: CapabilityInput[] };

/** What is in force, to begin with. */
export const policiesInputOf = (policies: PoliciesFragment | null): PoliciesInput => ({
  defaultAction: policies?.defaultAction ?? 'ALLOW',
  rules: (policies?.rules ?? []).map(({ condition, cel, action, reason, ...limits }) => ({
    ...(cel === null ? { condition } : { cel }),
    action,
    ...(reason !== null && { reason }),
    ...limitsOf(limits),
  })),
});

/** Without what it does not say. */
const limitsOf = ({ onlyParams, expiresAt, madeFrom }: RuleLimits): RuleLimits => ({
  ...(onlyParams && { onlyParams }),
  ...(expiresAt && { expiresAt }),
  ...(madeFrom && { madeFrom }),
});

/** A rule that says something else is not made from that approval any more, which is the platform's word. */
export const changedRule = (rule: RuleDraft, change: Partial<RuleDraft>): Partial<RuleDraft> => {
  const { madeFrom: _, ...limits } = rule.limits;
  return { ...change, limits };
};

export const contractInputOf = (contract: ContractFragment | null): ContractInput => ({
  capabilities: (contract?.capabilities ?? []).map(saidOf),
});

export const policiesDraftOf = ({ defaultAction, rules }: PoliciesInput): PoliciesDraft => ({
  defaultAction,
  rules: rules.map(({ condition, cel, action, reason, ...limits }) => ({
    key: newKey(),
    language: cel == null ? 'condition' : 'cel',
    text: cel ?? condition ?? '',
    action,
    reason: reason ?? '',
    limits: limitsOf(limits),
  })),
});

export const contractDraftOf = ({ capabilities }: ContractInput): ContractDraft => ({
  capabilities: capabilities.map((capability) => {
    const { action, title, description, paramsSchema, constraints, ...said } = capability;
    const { resultFormat, resultSchema, hints, textParam, ...more } = said;
    return {
      key: newKey(),
      action,
      title: title ?? '',
      description: description ?? '',
      paramsSchema: textOf(paramsSchema ?? {}),
      constraints: textOf(constraints ?? {}),
      resultFormat: resultFormat ?? 'JSON',
      resultSchema: resultSchema == null ? '' : textOf(resultSchema),
      hints: hints ?? {},
      textParam: textParam ?? '',
      more,
    };
  }),
});

export const policiesFromDraft = ({ defaultAction, rules }: PoliciesDraft): PoliciesInput => ({
  defaultAction,
  rules: rules.map(({ language, text, action, reason, limits }) => ({
    [language]: text,
    action,
    ...(reason.trim() !== '' && { reason: reason.trim() }),
    ...limits,
  })),
});

/** Throws a DraftError where a text is no JSON object. */
export const contractFromDraft = ({ capabilities }: ContractDraft): ContractInput => ({
  capabilities: capabilities.map((draft, index) => {
    const of = `capability ${index + 1}`;
    const [title, description, textParam] = [draft.title.trim(), draft.description.trim(), draft.textParam.trim()];
    const said = HINTS.filter(({ name }) => draft.hints[name] != null);
    return {
      action: draft.action.trim(),
      ...(title !== '' && { title }),
      ...(description !== '' && { description }),
      paramsSchema: objectOf(draft.paramsSchema, `The params schema of ${of}`),
      constraints: objectOf(draft.constraints, `The constraints of ${of}`),
      ...(draft.resultFormat !== 'JSON' && { resultFormat: draft.resultFormat }),
      ...(draft.resultSchema.trim() !== '' && {
        resultSchema: objectOf(draft.resultSchema, `The result schema of ${of}`),
      }),
      ...(said.length > 0 && { hints: Object.fromEntries(said.map(({ name }) => [name, draft.hints[name]])) }),
      ...(textParam !== '' && { textParam }),
      ...draft.more,
    };
  }),
});

/** Why a text cannot be read as what it is edited as, for people. */
export class DraftError extends Error {}

/** The document that a text is, as the API takes it. What is wrong inside it is the platform's to say. */
export function policiesFromText(text: string): PoliciesInput {
  const { defaultAction = 'ALLOW', rules } = objectOf(text, 'The text');
  if (!Array.isArray(rules)) throw new DraftError('The text needs "rules", which is a list.');
  return { defaultAction: defaultAction as PolicyAction, rules };
}

export function contractFromText(text: string): ContractInput {
  const { capabilities } = objectOf(text, 'The text');
  if (!Array.isArray(capabilities)) throw new DraftError('The text needs "capabilities", which is a list.');
  return { capabilities };
}

export const textOf = (value: unknown): string => JSON.stringify(value, null, 2);

function objectOf(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DraftError(`${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DraftError(`${what} is no JSON object.`);
  }
  return value as Record<string, unknown>;
}
