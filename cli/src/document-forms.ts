import type { CapabilityInput, PolicyAction, PolicyRuleInput } from '@clawcierge/agent-sdk';
import { camel, type DocumentFile, type Problem, snake } from './documents.ts';

/** What a file says, or what keeps it from saying that. */
export type Read<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] };

export interface PoliciesForm {
  readonly rules: readonly PolicyRuleInput[];
  readonly defaultAction?: PolicyAction;
}

/**
 * Members as they are called in files; the names of the GraphQL API, with capitals, are understood as well. What is inside
 * of a member is the platform's to judge.
 */
const CAPABILITY = [
  'action',
  'title',
  'description',
  'params_schema',
  'constraints',
  'result_format',
  'result_schema',
  'hints',
  'text_param',
];
const HINTS = ['read_only', 'destructive', 'idempotent', 'open_world'];
const RULE = ['condition', 'cel', 'action', 'reason', 'only_params', 'expires_at', 'made_from'];

type Member = Readonly<Record<string, unknown>>;

/** A contract: `{ capabilities: [{ action, description, params_schema, … }] }`. */
export function readContract(file: DocumentFile): Read<readonly CapabilityInput[]> {
  return read(file, ['capabilities'], 'capabilities', ({ capabilities }, problems) =>
    (capabilities as readonly unknown[]).map((each, index) => {
      const path = ['capabilities', String(index)];
      const capability = members(file, each, path, CAPABILITY, problems);
      const { hints, resultFormat } = capability;
      return {
        ...capability,
        ...(hints != null && { hints: members(file, hints, [...path, 'hints'], HINTS, problems) }),
        ...(typeof resultFormat === 'string' && { resultFormat: resultFormat.toUpperCase() }),
      } as unknown as CapabilityInput;
    }),
  );
}

/** Policies: `{ default_action, rules: [{ condition or cel, action, reason, … }] }`. */
export function readPolicies(file: DocumentFile): Read<PoliciesForm> {
  return read(file, ['rules', 'default_action'], 'rules', ({ rules, defaultAction }, problems) => ({
    rules: (rules as readonly unknown[]).map((each, index) => {
      const rule = members(file, each, ['rules', String(index)], RULE, problems);
      return { ...rule, action: upper(rule.action) } as unknown as PolicyRuleInput;
    }),
    ...(defaultAction !== undefined && { defaultAction: upper(defaultAction) as PolicyAction }),
  }));
}

const upper = (value: unknown): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

function read<Value>(
  file: DocumentFile,
  known: readonly string[],
  list: string,
  form: (root: Member, problems: Problem[]) => Value,
): Read<Value> {
  const syntax = file.syntaxProblems();
  if (syntax.length > 0) return { problems: syntax };
  const problems: Problem[] = [];
  const root = members(file, file.value(), [], known, problems);
  if (problems.length === 0 && !Array.isArray(root[list])) {
    problems.push(file.problemAt([list], `It must have a list named ${list}.`));
  }
  if (problems.length > 0) return { problems };
  const value = form(root, problems);
  return problems.length > 0 ? { problems } : { value };
}

/** The members of an object, by the names of the SDK. */
function members(
  file: DocumentFile,
  value: unknown,
  path: readonly string[],
  known: readonly string[],
  problems: Problem[],
): Member {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(file.problemAt(path, `It must be an object with ${known.join(', ')}.`));
    return {};
  }
  for (const name of Object.keys(value)) {
    if (known.includes(snake(name))) continue;
    problems.push(file.problemAt([...path, name], `There is no “${name}” here. There are: ${known.join(', ')}.`));
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [camel(name), member]));
}
