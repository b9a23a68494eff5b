import type { PolicyRule } from '../../domain/policy.ts';
import { parseCel } from '../policy/cel/parse.ts';
import { parsePolicyCondition } from '../policy/parse-condition.ts';
import { type Term, termOfCondition } from './term.ts';
import { termOfCel } from './term-of-cel.ts';

/** What a rule says, in whichever language, or null where it cannot be read. */
export function readRule({ condition, cel }: PolicyRule): Term | null {
  if (condition !== null) {
    const parsed = parsePolicyCondition(condition);
    return parsed.ok ? termOfCondition(parsed.expression) : null;
  }
  const parsed = parseCel(cel ?? '');
  return parsed.ok ? termOfCel(parsed.program) : null;
}

/** The field that the rule says it in. */
export const languageOf = ({ condition }: PolicyRule): 'condition' | 'cel' =>
  condition === null ? 'cel' : 'condition';
