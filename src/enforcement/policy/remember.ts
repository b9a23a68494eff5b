import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import { ONLY_PARAMS_MAX, PARAM_NAME_MAX_LENGTH, POLICY_CEL_MAX_LENGTH, type PolicyRule } from '../../domain/policy.ts';
import type { RememberedCondition, RememberParam, ToRemember } from '../../domain/remember.ts';
import { quoted } from '../printable.ts';
import { createCelScope } from './cel/facts-scope.ts';
import { Meter } from './cel/meter.ts';
import { compileRules } from './compile-rules.ts';
import { Scope } from './evaluate.ts';
import type { Scalar } from './expression.ts';
import { celText, conditionText, numberText } from './literals.ts';
import type { VariableFacts } from './variables.ts';

/** What later requests may have in a param. */
type Kept =
  | { readonly as: 'VALUE'; readonly value: JsonValue }
  | { readonly as: 'BOUND'; readonly min: number | null; readonly max: number | null }
  | { readonly as: 'ONE_OF'; readonly values: readonly Scalar[] }
  | { readonly as: 'ANY_NUMBER' };
type Term = { readonly field: string; readonly kept: Kept };

/** A language that it can be written in: null where the language has no words for it. */
type Writer = {
  readonly words: Words;
  sender(id: string): string;
  action(name: string): string;
  term(term: Term): string | null;
};

/** More than any rule needs that fits its bounds. */
const UNITS_MAX = 1_000_000;

/**
 * What a rule has to say to match exactly what was approved, and what somebody chose to let pass besides: as a
 * condition where that has words for it, otherwise in CEL. It never matches more than it says; what cannot be said so
 * is refused, with the reason.
 */
export function rememberedCondition(asked: ToRemember): RememberedCondition {
  const { params, choices } = asked;
  const issues: InputIssue[] = [...problemsOfParams(params), ...problemsOfChoices(asked)];
  if (issues.length > 0) return { ok: false, issues };
  const chosen = new Map(choices.map((choice) => [choice.field, choice]));
  const onlyParams = Object.keys(params).sort();
  const terms = onlyParams.map((field) => ({ field, kept: keptOf(asked, field, chosen.get(field)) }));
  const rules = [
    { condition: written(CONDITION, asked, terms), cel: null },
    { condition: null, cel: written(CEL, asked, terms) },
  ];
  let why = '';
  for (const rule of rules) {
    if ((rule.condition ?? rule.cel) === null) continue;
    const problem = problemOf({ ...rule, onlyParams }, asked);
    if (problem === null) return { ok: true, ...rule, onlyParams };
    why = problem;
  }
  return refused(`A rule for just these params cannot be written: ${why}`);
}

const refused = (message: string): RememberedCondition => ({ ok: false, issues: [{ path: 'remember', message }] });

function problemsOfParams(params: JsonObject): readonly InputIssue[] {
  const names = Object.keys(params);
  if (names.length > ONLY_PARAMS_MAX) {
    const message = `The request has ${names.length} params; at most ${ONLY_PARAMS_MAX} can be remembered`;
    return [{ path: 'remember', message }];
  }
  const { length } = JSON.stringify(params);
  // A character of a rule is at most two code units long.
  if (length > 2 * POLICY_CEL_MAX_LENGTH) {
    const message = `The params are ${length.toLocaleString('en')} characters long as JSON; a rule, which names each value, has at most ${POLICY_CEL_MAX_LENGTH.toLocaleString('en')}`;
    return [{ path: 'remember', message }];
  }
  const long = names.find((name) => [...name].length > PARAM_NAME_MAX_LENGTH);
  if (long === undefined) return [];
  const message = `The name of the param ${quoted(long)} is longer than the ${PARAM_NAME_MAX_LENGTH} characters that can be remembered`;
  return [{ path: 'remember', message }];
}

function problemsOfChoices(asked: ToRemember): readonly InputIssue[] {
  const { choices, params } = asked;
  if (choices.length > ONLY_PARAMS_MAX) {
    const message = `There are ${choices.length} params; at most ${ONLY_PARAMS_MAX} are allowed`;
    return [{ path: 'remember.params', message }];
  }
  const fields = choices.map(({ field }) => field);
  return choices.flatMap((choice, index) => {
    const path = `remember.params.${index}`;
    const { field } = choice;
    if (!Object.hasOwn(params, field)) {
      return [{ path: `${path}.field`, message: `${quoted(field)} is no param of what would be done` }];
    }
    if (fields.indexOf(field) < index) return [{ path: `${path}.field`, message: `${quoted(field)} is there twice` }];
    return problemsOfChoice(asked, choice).map(({ at, message }) => ({ path: `${path}.${at}`, message }));
  });
}

type Problem = { readonly at: 'as' | 'min' | 'max'; readonly message: string };

function problemsOfChoice(asked: ToRemember, { field, as, min, max }: RememberParam): readonly Problem[] {
  const value = asked.params[field] ?? null;
  if (as === 'BOUND') return problemsOfBound(value, min, max);
  const bounds: readonly Problem[] = [
    ...(min === null ? [] : [{ at: 'min', message: 'is for BOUND' } as const]),
    ...(max === null ? [] : [{ at: 'max', message: 'is for BOUND' } as const]),
  ];
  if (as === 'VALUE' || anythingOf(asked, field) !== null) return bounds;
  const message =
    typeof value === 'string'
      ? 'cannot be ANY for a text that the contract lists no values for: nothing looks at what later texts say'
      : 'can only be ANY for a number, for true or false, and for what the contract lists the values of';
  return [...bounds, { at: 'as', message }];
}

function problemsOfBound(value: JsonValue, min: number | null, max: number | null): readonly Problem[] {
  if (typeof value !== 'number') return [{ at: 'as', message: 'can only be BOUND for a number' }];
  if (min === null && max === null) return [{ at: 'as', message: 'needs min, max or both when it is BOUND' }];
  return [
    ...(min !== null && min > value
      ? [{ at: 'min', message: `must be at most ${value}, which is approved` } as const]
      : []),
    ...(max !== null && max < value
      ? [{ at: 'max', message: `must be at least ${value}, which is approved` } as const]
      : []),
  ];
}

function keptOf(asked: ToRemember, field: string, choice: RememberParam | undefined): Kept {
  const value = asked.params[field] ?? null;
  if (choice?.as === 'BOUND') return { as: 'BOUND', min: choice.min, max: choice.max };
  return (choice?.as === 'ANY' ? anythingOf(asked, field) : null) ?? { as: 'VALUE', value };
}

/** What a param may be that may be anything; null where that is not to be remembered. */
function anythingOf({ params, capability }: ToRemember, field: string): Kept | null {
  const value = params[field] ?? null;
  const listed = listedIn(capability?.paramsSchema ?? {}, field);
  if (listed?.some((each) => each === value)) return { as: 'ONE_OF', values: listed };
  if (typeof value === 'number') return { as: 'ANY_NUMBER' };
  return typeof value === 'boolean' ? { as: 'ONE_OF', values: [true, false] } : null;
}

/** The values that the schema lists for the param, where all of them are plain. */
function listedIn(schema: JsonObject, field: string): readonly Scalar[] | null {
  const { properties } = schema;
  const described = isObject(properties) && Object.hasOwn(properties, field) ? properties[field] : null;
  const listed = isObject(described) ? described.enum : null;
  return Array.isArray(listed) && listed.length > 0 && listed.every(isScalar) ? listed : null;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: JsonValue): value is Scalar => typeof value !== 'object' || value === null;

/** Null where the language has no words for it. */
function written(writer: Writer, { senderId, action }: ToRemember, terms: readonly Term[]): string | null {
  const parts = terms.map((term) => writer.term(term));
  if (parts.includes(null)) return null;
  return [writer.sender(senderId), writer.action(action), ...parts].join(writer.words.and);
}

type Words = { readonly and: string; readonly or: string; literal(value: JsonValue): string };

const CONDITION_WORDS: Words = { and: ' and ', or: ' or ', literal: (value) => literalIn(value, conditionText) };
const CEL_WORDS: Words = { and: ' && ', or: ' || ', literal: (value) => literalIn(value, celText) };

const CONDITION: Writer = {
  words: CONDITION_WORDS,
  sender: (id) => `sender_id == ${conditionText(id)}`,
  action: (name) => `action == ${conditionText(name)}`,
  term({ field, kept }) {
    // Other names, and other values, are CEL's.
    if (!/^[A-Za-z0-9_]+$/.test(field)) return null;
    if (kept.as === 'VALUE' && !isScalar(kept.value)) return null;
    return termIn(`params_${field}`, kept, CONDITION_WORDS);
  },
};

const CEL: Writer = {
  words: CEL_WORDS,
  sender: (id) => `sender.id == ${celText(id)}`,
  action: (name) => `action == ${celText(name)}`,
  term: ({ field, kept }) => termIn(celParam(field), kept, CEL_WORDS),
};

function termIn(name: string, kept: Kept, { and, or, literal }: Words): string {
  switch (kept.as) {
    case 'VALUE':
      return `${name} == ${literal(kept.value)}`;
    case 'BOUND':
      return [
        ...(kept.min === null ? [] : [`${name} >= ${literal(kept.min)}`]),
        ...(kept.max === null ? [] : [`${name} <= ${literal(kept.max)}`]),
      ].join(and);
    case 'ONE_OF':
      return `${name} in [${kept.values.map(literal).join(', ')}]`;
    case 'ANY_NUMBER':
      // Only numbers have an order with numbers.
      return `(${name} < 0${or}${name} >= 0)`;
  }
}

function literalIn(value: JsonValue, text: (value: string) => string): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map((each) => literalIn(each, text)).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${text(name)}: ${literalIn(member, text)}`);
  return `{${members.join(', ')}}`;
}

/** Words of CEL, which are no names of members. */
const RESERVED =
  /^(?:true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/;

const celParam = (field: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) && !RESERVED.test(field) ? `params.${field}` : `params[${celText(field)}]`;

/** Why it would not say what it is to say: it is read again, and has to match what was approved; null where it does. */
function problemOf(
  rule: Pick<PolicyRule, 'condition' | 'cel' | 'onlyParams'>,
  { senderId, action, params }: ToRemember,
): string | null {
  const whole = { ...rule, action: 'WAIVE_APPROVAL', reason: null, expiresAt: null, madeFrom: null } as const;
  const [compiled] = compileRules([whole]).rules;
  const facts: VariableFacts = { ...NOTHING_ELSE, senderId, action, params };
  const scopes = { condition: new Scope(facts), cel: createCelScope(facts, new Meter(UNITS_MAX)) };
  try {
    return compiled?.isAbout(facts) && compiled.matches(scopes) ? null : 'it would not match what was approved';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const NOTHING_ELSE = {
  senderKind: 'sender',
  senderRegisteredAt: null,
  senderActivity: null,
  agentRequestsLastMinute: null,
  agent: { id: '', handle: '' },
  now: new Date(0),
  approved: null,
} as const;
