import { EvaluationError } from '../evaluation-error.ts';
import type { Arithmetic } from './expression.ts';
import type { Meter } from './meter.ts';
import { Duration, Timestamp } from './time.ts';
import { type CelValue, inWords, isList, isNumber } from './values.ts';

/** A longer text is not put together. */
const TEXT_MAX = 100_000;
const INT_MAX = 2n ** 63n - 1n;
const INT_MIN = -(2n ** 63n);

/** An int, or an EvaluationError where 64 bits do not hold it. */
export function boundedInt(value: bigint): bigint {
  if (value > INT_MAX || value < INT_MIN) throw new EvaluationError('a whole number is too large');
  return value;
}

/** A double, or an EvaluationError where it is too large to be one. */
export function finite(value: number): number {
  if (!Number.isFinite(value)) throw new EvaluationError('a number is too large');
  return value;
}

export function negative(value: CelValue): CelValue {
  if (typeof value === 'bigint') return boundedInt(-value);
  if (typeof value === 'number') return -value;
  throw new EvaluationError(`"-" needs a number, not ${inWords(value)}`);
}

/**
 * Ints among themselves are calculated as CEL does, in 64 bits, with division towards zero. Every number of JSON is a
 * double, and what is calculated with a double is one: `%` included, whose result has the sign of its left side.
 */
export function calculate(operator: Arithmetic, left: CelValue, right: CelValue, meter: Meter): CelValue {
  if (typeof left === 'bigint' && typeof right === 'bigint') return boundedInt(ofInts(operator, left, right));
  if (isNumber(left) && isNumber(right)) return finite(ofDoubles(operator, Number(left), Number(right)));
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') {
      const length = left.length + right.length;
      if (length > TEXT_MAX) throw new EvaluationError('it puts together a text that is too long');
      meter.spendOn(length);
      return left + right;
    }
    if (isList(left) && isList(right)) {
      meter.spend(left.length + right.length);
      return [...left, ...right];
    }
    if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.nanos + right.nanos);
    if (left instanceof Duration && right instanceof Timestamp) return new Timestamp(left.nanos + right.nanos);
    if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos + right.nanos);
  }
  if (operator === '-') {
    if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.nanos - right.nanos);
    if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.nanos - right.nanos);
    if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos - right.nanos);
  }
  throw new EvaluationError(`${inWords(left)} ${operator} ${inWords(right)} has no meaning`);
}

function ofInts(operator: Arithmetic, left: bigint, right: bigint): bigint {
  if ((operator === '/' || operator === '%') && right === 0n) throw dividesByZero();
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function ofDoubles(operator: Arithmetic, left: number, right: number): number {
  if ((operator === '/' || operator === '%') && right === 0) throw dividesByZero();
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

const dividesByZero = () => new EvaluationError('it divides by zero');
