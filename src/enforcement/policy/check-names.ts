import { quoted } from '../printable.ts';
import { ConditionError } from './condition-error.ts';
import type { Token } from './tokens.ts';
import { CONDITION_VARIABLES, PARAM_PREFIX } from './variables.ts';

/** Words that other languages have, with what is written here instead. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['is', 'write == instead'],
  ['if', 'a conditional is written a ? b : c'],
  ['else', 'a conditional is written a ? b : c'],
  ['AND', 'did you mean and'],
  ['And', 'did you mean and'],
  ['OR', 'did you mean or'],
  ['Or', 'did you mean or'],
  ['NOT', 'did you mean not'],
  ['Not', 'did you mean not'],
  ['IN', 'did you mean in'],
  ['In', 'did you mean in'],
  ['TRUE', 'did you mean true'],
  ['FALSE', 'did you mean false'],
  ['NULL', 'did you mean null'],
  ['none', 'did you mean None'],
  ['nil', 'did you mean null'],
  ['undefined', 'did you mean null'],
  ['params', 'a param is written params_<field>'],
  ['senderId', 'did you mean sender_id'],
  ['sender', 'did you mean sender_id'],
]);

/** Throws a ConditionError at the first name that is no variable. */
export function checkNames(tokens: readonly Token[]): void {
  for (const [index, { kind, text, at }] of tokens.entries()) {
    if (kind !== 'name' || CONDITION_VARIABLES.has(text)) continue;
    if (text.startsWith(PARAM_PREFIX) && text.length > PARAM_PREFIX.length) continue;
    const isCalled = tokens[index + 1]?.text === '(';
    const hint =
      HINTS.get(text) ??
      (isCalled ? 'there are no functions' : undefined) ??
      `the variables are ${[...CONDITION_VARIABLES.keys()].join(', ')} and params_<field>`;
    throw new ConditionError(`${quoted(text)} at character ${at} is not known; ${hint}`);
  }
}
