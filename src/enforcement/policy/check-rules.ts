import { Type } from 'typebox';
import type { InputIssue } from '../../domain/errors.ts';
import { POLICY_ACTIONS, POLICY_RULE, POLICY_RULES_MAX, type PolicyRule } from '../../domain/policy.ts';
import { checkTexts } from '../check-texts.ts';
import { checkCel } from './cel/check.ts';
import { parseCel } from './cel/parse.ts';
import { problemsOfPatterns } from './cel/pattern.ts';
import { isConstantCel, isConstantCondition } from './constant.ts';
import { parsePolicyCondition } from './parse-condition.ts';

/** The parsers check what they parse, its length included. */
const BESIDE_LANGUAGES = Type.Omit(POLICY_RULE, ['condition', 'cel']);

/** Everything that is wrong with the rules alone. Paths such as `rules.1.condition` or `rules.1.cel`, from 0. */
export function checkRules(rules: readonly PolicyRule[]): readonly InputIssue[] {
  if (rules.length > POLICY_RULES_MAX) {
    return [{ path: 'rules', message: `There are ${rules.length} rules; at most ${POLICY_RULES_MAX} are allowed` }];
  }
  return rules.flatMap((rule, index) => {
    const { action } = rule;
    const issues = [...checkLanguage(`rules.${index}`, rule)];
    if (!POLICY_ACTIONS.includes(action)) {
      issues.push({ path: `rules.${index}.action`, message: `The action must be one of ${POLICY_ACTIONS.join(', ')}` });
    }
    return [...issues, ...checkTexts(`rules.${index}`, BESIDE_LANGUAGES, rule)];
  });
}

/** A rule says when it matches in exactly one language, and can be read in it. */
function checkLanguage(path: string, { condition, cel }: PolicyRule): readonly InputIssue[] {
  if (condition !== null && cel !== null) {
    return [{ path, message: 'A rule has a condition or cel, not both' }];
  }
  if (condition !== null) return checkCondition(condition).map((message) => ({ path: `${path}.condition`, message }));
  if (cel !== null) return checkProgram(cel).map((message) => ({ path: `${path}.cel`, message }));
  return [{ path, message: 'A rule needs a condition or cel that says when it matches' }];
}

function checkCondition(text: string): readonly string[] {
  const parsed = parsePolicyCondition(text);
  if (!parsed.ok) return [parsed.message];
  return isConstantCondition(parsed.expression) ? [constant('True or False')] : [];
}

function checkProgram(text: string): readonly string[] {
  const parsed = parseCel(text);
  if (!parsed.ok) return [parsed.message];
  const { program } = parsed;
  const problems = [...problemsOfPatterns(program), ...checkCel(program).findings.map(({ message }) => message)];
  return problems.length === 0 && isConstantCel(program.expression) ? [constant('true or false')] : problems;
}

const constant = (literals: string): string =>
  `It says the same of every request; a rule that does is written ${literals} alone`;
