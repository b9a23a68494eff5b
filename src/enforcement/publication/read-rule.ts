import type { PolicyRule } from '../../domain/policy.ts';
import { parsePolicyCondition } from '../policy/parse-condition.ts';
import { type Term, termOfCondition } from './term.ts';

/** What a rule says, or null where it cannot be read. */
export function readRule({ condition }: PolicyRule): Term | null {
  if (condition === null) return null;
  const parsed = parsePolicyCondition(condition);
  return parsed.ok ? termOfCondition(parsed.expression) : null;
}

/** The field that the rule says it in. */
export const languageOf = ({ condition }: PolicyRule): 'condition' | 'cel' =>
  condition === null ? 'cel' : 'condition';
