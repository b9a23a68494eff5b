import {
  DENIAL_KINDS,
  type Denial,
  type Direction,
  RESULT_DENIAL_KINDS,
  type RuleHold,
  type Verdict,
} from '../domain/verdict.ts';
import { readIssues } from './read-issues.ts';

/** A copy of the verdict, or null if it is none of that direction. */
export function readVerdict<Of extends Direction>(direction: Of, value: unknown): Verdict<Of> | null {
  if (typeof value !== 'object' || value === null || !('decision' in value)) return null;
  const { decision } = value;
  const detail = 'detail' in value && typeof value.detail === 'string' ? { detail: value.detail } : null;
  if (decision === 'PASS') return { decision, ...detail };
  if (decision !== 'HOLD' && decision !== 'DENY') return null;
  if (!('reason' in value)) return null;
  const { reason } = value;
  if (typeof reason !== 'string' || reason === '') return null;
  if (decision === 'HOLD') {
    if (!('rules' in value) || value.rules === undefined) return { decision, reason };
    const rules = readRules(value.rules);
    return rules && { decision, reason, rules };
  }
  if (!('kind' in value && KINDS[direction].has(value.kind))) return null;
  const issues = 'issues' in value ? readIssues(value.issues) : [];
  const kind = value.kind as Denial<Of>['kind'];
  return { decision, kind, reason, ...(issues.length > 0 && { issues }), ...detail };
}

/** Null for what is no list of rules that hold something, or is empty. */
const readRules = (value: unknown): readonly RuleHold[] | null =>
  Array.isArray(value) && value.length > 0 && value.every(isRuleHold)
    ? value.map(({ rule, reason }) => ({ rule, reason }))
    : null;

const isRuleHold = (value: unknown): value is RuleHold =>
  typeof value === 'object' &&
  value !== null &&
  'rule' in value &&
  Number.isInteger(value.rule) &&
  'reason' in value &&
  typeof value.reason === 'string' &&
  value.reason !== '';

const KINDS: { readonly [Of in Direction]: ReadonlySet<unknown> } = {
  request: new Set(DENIAL_KINDS),
  result: new Set(RESULT_DENIAL_KINDS),
};
