import { Type } from 'typebox';
import type { InputIssue } from '../../domain/errors.ts';
import {
  ONLY_PARAMS_MAX,
  PARAM_NAME_MAX_LENGTH,
  POLICY_ACTIONS,
  POLICY_RULE,
  POLICY_RULES_MAX,
  type PolicyRule,
} from '../../domain/policy.ts';
import { checkTexts } from '../check-texts.ts';
import { checkCel } from './cel/check.ts';
import { parseCel } from './cel/parse.ts';
import { compilationUnits, problemsOfPatterns } from './cel/pattern.ts';
import { isConstantCel, isConstantCondition } from './constant.ts';
import { parsePolicyCondition } from './parse-condition.ts';

/** The parsers check what they parse, its length included. */
const BESIDE_LANGUAGES = Type.Omit(POLICY_RULE, ['condition', 'cel']);

/** What a node parses of one agent's rules at most, and keeps: some tens of milliseconds' worth. */
const CEL_TOTAL_MAX = 32_000;
const NAMES_TOTAL_MAX = 32_000;
const PATTERNS_MAX = 64;
const PATTERN_SIZES_MAX = 8_000;
/** What compiling all of them costs at most, in the meter's units. */
const COMPILATION_MAX = 2_500_000;

/** The regular expressions of all rules together, within their bounds. */
class PatternBudget {
  #count = 0;
  #size = 0;
  #compilation = 0;

  /** Why those of one more program are too many, or null. */
  take(patterns: ReadonlyMap<string, number>): string | null {
    for (const [pattern, size] of patterns) {
      this.#count += 1;
      this.#size += size;
      this.#compilation += compilationUnits(pattern, size);
    }
    if (this.#count > PATTERNS_MAX) return `The rules have more than ${PATTERNS_MAX} regular expressions in all`;
    if (this.#size > PATTERN_SIZES_MAX) {
      return `The regular expressions of the rules have a size of more than ${PATTERN_SIZES_MAX.toLocaleString('en')} in all when their repetitions are written out`;
    }
    if (this.#compilation <= COMPILATION_MAX) return null;
    return 'The regular expressions of the rules take too long to compile in all: name fewer Unicode properties, and fewer wide ranges with (?i)';
  }
}

/** Everything that is wrong with the rules alone. Paths such as `rules.1.condition` or `rules.1.cel`, from 0. */
export function checkRules(rules: readonly PolicyRule[]): readonly InputIssue[] {
  if (rules.length > POLICY_RULES_MAX) {
    return [{ path: 'rules', message: `There are ${rules.length} rules; at most ${POLICY_RULES_MAX} are allowed` }];
  }
  const total = rules.reduce((sum, { cel }) => sum + (cel?.length ?? 0), 0);
  if (total > CEL_TOTAL_MAX) {
    const message = `The rules have ${total.toLocaleString('en')} characters of CEL in all; at most ${CEL_TOTAL_MAX.toLocaleString('en')} are allowed`;
    return [{ path: 'rules', message }];
  }
  const names = rules.reduce((sum, { onlyParams }) => sum + (onlyParams?.join('').length ?? 0), 0);
  if (names > NAMES_TOTAL_MAX) {
    const message = `The rules have ${names.toLocaleString('en')} characters of names in onlyParams in all; at most ${NAMES_TOTAL_MAX.toLocaleString('en')} are allowed`;
    return [{ path: 'rules', message }];
  }
  const budget = new PatternBudget();
  return rules.flatMap((rule, index) => {
    const { action } = rule;
    const issues = [...checkLanguage(`rules.${index}`, rule, budget)];
    if (!POLICY_ACTIONS.includes(action)) {
      issues.push({ path: `rules.${index}.action`, message: `The action must be one of ${POLICY_ACTIONS.join(', ')}` });
    }
    return [
      ...issues,
      ...checkNames(`rules.${index}.onlyParams`, rule.onlyParams ?? []),
      ...checkTexts(`rules.${index}`, BESIDE_LANGUAGES, rule),
    ];
  });
}

/** Names of params: so many, so long, each once. */
function checkNames(path: string, names: readonly string[]): readonly InputIssue[] {
  if (names.length > ONLY_PARAMS_MAX) {
    return [{ path, message: `There are ${names.length} names; at most ${ONLY_PARAMS_MAX} are allowed` }];
  }
  return names.flatMap((name, index) => {
    const problem = problemOfName(name) ?? (names.indexOf(name) < index ? 'is there twice' : null);
    return problem === null ? [] : [{ path: `${path}.${index}`, message: `The name ${problem}` }];
  });
}

function problemOfName(name: string): string | null {
  if ([...name].length > PARAM_NAME_MAX_LENGTH) return `must be at most ${PARAM_NAME_MAX_LENGTH} characters long`;
  const isText = name.isWellFormed() && !name.includes('\u0000');
  return isText ? null : 'is not well-formed Unicode, or holds the character U+0000';
}

/** A rule says when it matches in exactly one language, and can be read in it. */
function checkLanguage(path: string, { condition, cel }: PolicyRule, budget: PatternBudget): readonly InputIssue[] {
  if (condition !== null && cel !== null) {
    return [{ path, message: 'A rule has a condition or cel, not both' }];
  }
  if (condition !== null) return checkCondition(condition).map((message) => ({ path: `${path}.condition`, message }));
  if (cel !== null) return checkProgram(cel, budget).map((message) => ({ path: `${path}.cel`, message }));
  const message = 'A rule needs a condition, or cel, that says when it matches';
  return [{ path: `${path}.condition`, message }];
}

function checkCondition(text: string): readonly string[] {
  const parsed = parsePolicyCondition(text);
  if (!parsed.ok) return [parsed.message];
  return isConstantCondition(parsed.expression) ? [constant('True or False')] : [];
}

function checkProgram(text: string, budget: PatternBudget): readonly string[] {
  const parsed = parseCel(text);
  if (!parsed.ok) return [parsed.message];
  const { program } = parsed;
  const excess = budget.take(program.patterns);
  if (excess !== null) return [excess];
  const problems = [...problemsOfPatterns(program), ...checkCel(program).findings.map(({ message }) => message)];
  return problems.length === 0 && isConstantCel(program.expression) ? [constant('true or false')] : problems;
}

const constant = (literals: string): string =>
  `It says the same of every request; a rule that does is written ${literals} alone`;
