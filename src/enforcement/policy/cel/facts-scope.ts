import { EvaluationError } from '../evaluation-error.ts';
import { CEL_VARIABLES, type VariableFacts } from '../variables.ts';
import type { CelScope } from './evaluate.ts';
import type { Meter } from './meter.ts';
import { Timestamp } from './time.ts';
import type { CelValue } from './values.ts';

/** The facts as programs see them. JSON is read as it is: its numbers are doubles. */
export const createCelScope = (facts: VariableFacts, meter: Meter): CelScope => ({
  meter,
  read(name): CelValue {
    const variable = CEL_VARIABLES.get(name);
    const value = variable?.read(facts) ?? null;
    if (value === null) throw new EvaluationError(`${name} is not known`);
    if (value instanceof Date) return Timestamp.ofDate(value);
    return variable?.type === 'int' && typeof value === 'number' ? BigInt(value) : value;
  },
});
