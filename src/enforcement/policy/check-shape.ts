import { quoted } from '../printable.ts';
import { ConditionError } from './condition-error.ts';
import { COMPARISONS } from './expression.ts';
import type { Token } from './tokens.ts';

export const CONDITION_DEPTH_MAX = 32;

/** What is open at some point of a condition: the condition itself, a parenthesis or a list. */
type Frame = {
  readonly opener: Token | null;
  /** `?` that wait for their `:`. */
  conditionals: number;
  /** A comparison was read, and no and, or, `?`, `:` or comma since. */
  compared: boolean;
  /** A `not` was read, and no and, or, `?`, `:` or comma since. */
  negated: boolean;
};

const COMPARING: ReadonlySet<string> = new Set([...COMPARISONS, 'in']);
const DIVIDING: ReadonlySet<string> = new Set(['and', 'or', '?', ':']);
const BEFORE_NOT: ReadonlySet<string> = new Set([...DIVIDING, 'not', '(', '[', ',']);

/**
 * Checks what the parser would be silent or unclear about: that operands and operators alternate and brackets match,
 * and everything that this language and Python read differently (chained comparisons, `not a == b`). Throws a
 * ConditionError that says what to write.
 */
export function checkShape(tokens: readonly Token[]): void {
  const frames: Frame[] = [newFrame(null)];
  let previous: Token | null = null;
  let expectsOperand = true;

  for (const [index, token] of tokens.entries()) {
    const frame = frames.at(-1) ?? newFrame(null);
    switch (token.kind) {
      case 'name':
      case 'literal':
        if (!expectsOperand) throw missingOperator(token);
        expectsOperand = false;
        break;
      case 'comma':
        if (expectsOperand) throw missingOperand(token);
        checkComma(frame, token);
        divide(frame);
        expectsOperand = true;
        break;
      case 'bracket':
        if (token.text === '(' || token.text === '[') {
          checkOpening(token, previous, expectsOperand);
          if (frames.length > CONDITION_DEPTH_MAX) throw tooDeep();
          frames.push(newFrame(token));
          expectsOperand = true;
        } else {
          const isEmptyList = token.text === ']' && previous?.kind === 'bracket' && previous.text === '[';
          if (expectsOperand && !isEmptyList) throw missingOperand(token);
          checkClosing(frame, token);
          frames.pop();
          expectsOperand = false;
        }
        break;
      case 'operator':
        if (token.text === 'not') checkNot(token, previous, tokens[index + 1], expectsOperand, frame);
        else if (expectsOperand && (token.text === '+' || token.text === '-')) checkSign(token, frame);
        else {
          if (expectsOperand) throw missingOperand(token);
          checkBinary(token, frame);
        }
        expectsOperand = true;
        break;
    }
    previous = token;
  }

  const open = frames.at(-1);
  if (expectsOperand)
    throw new ConditionError(
      previous === null ? 'The condition is empty' : `Something is missing after ${place(previous)}`,
    );
  if (open?.opener) throw new ConditionError(`${place(open.opener)} is never closed`);
  if (open !== undefined && open.conditionals > 0) throw conditionalWithoutElse();
}

const newFrame = (opener: Token | null): Frame => ({ opener, conditionals: 0, compared: false, negated: false });

function divide(frame: Frame): void {
  frame.compared = false;
  frame.negated = false;
}

function checkComma(frame: Frame, token: Token): void {
  if (frame.opener === null) throw new ConditionError(`${place(token)} is only allowed in a list`);
  if (frame.opener.text === '(') throw new ConditionError('A list is written in square brackets, as in ["a", "b"]');
  if (frame.conditionals > 0) throw conditionalWithoutElse();
}

function checkOpening(token: Token, previous: Token | null, expectsOperand: boolean): void {
  if (!expectsOperand) {
    if (previous?.kind === 'name' || previous?.text === ']') {
      throw token.text === '('
        ? new ConditionError(`There are no functions, so ${place(token)} has no meaning here`)
        : new ConditionError(`There is no access to members or items, so ${place(token)} has no meaning here`);
    }
    throw missingOperator(token);
  }
  if (token.text === '[' && previous?.text !== 'in') {
    throw new ConditionError(`A list may only be to the right of in; ${place(token)} is not`);
  }
}

function checkClosing(frame: Frame, token: Token): void {
  if (frame.opener === null) throw new ConditionError(`${place(token)} closes nothing`);
  if ((frame.opener.text === '(') !== (token.text === ')')) {
    throw new ConditionError(`${place(token)} does not close ${place(frame.opener)}`);
  }
  if (frame.conditionals > 0) throw conditionalWithoutElse();
}

/**
 * Python reads `not a == b` as `not (a == b)`, the parser as `(not a) == b`. So what follows `not` is one operand,
 * and what it yields is no operand of anything but and, or and a conditional, unless parentheses say so.
 */
function checkNot(
  token: Token,
  previous: Token | null,
  next: Token | undefined,
  expectsOperand: boolean,
  frame: Frame,
): void {
  if (!expectsOperand) {
    throw next?.text === 'in'
      ? new ConditionError('There is no "not in"; write not (x in [...])')
      : missingOperator(token);
  }
  if (previous !== null && !BEFORE_NOT.has(previous.text)) {
    throw new ConditionError(`Put parentheses around what begins with ${place(token)}, as in (not x)`);
  }
  frame.negated = true;
}

function checkSign(token: Token, frame: Frame): void {
  if (frame.negated) throw ambiguousNot(token);
}

function checkBinary(token: Token, frame: Frame): void {
  if (token.text === '?') frame.conditionals += 1;
  if (token.text === ':') {
    if (frame.conditionals === 0) throw new ConditionError(`${place(token)} belongs to no "?"`);
    frame.conditionals -= 1;
  }
  if (DIVIDING.has(token.text)) {
    divide(frame);
    return;
  }
  if (frame.negated) throw ambiguousNot(token);
  if (!COMPARING.has(token.text)) return;
  if (frame.compared) {
    throw new ConditionError('Comparisons cannot be chained; write 1 < x and x < 5 instead of 1 < x < 5');
  }
  frame.compared = true;
}

const place = (token: Token): string => `${quoted(token.text)} at character ${token.at}`;

const missingOperand = (token: Token) => new ConditionError(`Something is missing before ${place(token)}`);
const missingOperator = (token: Token) => new ConditionError(`An operator is missing before ${place(token)}`);
const conditionalWithoutElse = () => new ConditionError('A "?" has no ":"; a conditional is written a ? b : c');
const ambiguousNot = (token: Token) =>
  new ConditionError(`Put parentheses after not, as in not (a == b): ${place(token)} could belong to either side`);

/** The bound on nesting, as it is told to authors. */
export const tooDeep = () =>
  new ConditionError(`The condition is nested too deeply: at most ${CONDITION_DEPTH_MAX} levels are allowed`);
