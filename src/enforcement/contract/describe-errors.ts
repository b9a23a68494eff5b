import type { ErrorObject } from 'ajv';
import { printable, quoted } from '../printable.ts';

const REASON_MAX = 500;
const CHOICES_MAX = 10;

/** Why params do not match a schema, in words for whoever sent them: `params.duration_minutes must be >= 15`. */
export function describeErrors(errors: readonly ErrorObject[] | null | undefined): string {
  const error = outermost(errors ?? []);
  if (error === undefined) return 'params do not match the schema of the action';
  return printable(`${placeOf(error.instancePath)} ${problemOf(error)}`, REASON_MAX);
}

/** ajv lists the attempts before the keyword that they were made for. `if` itself says nothing, its branch does. */
function outermost(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const last = errors.at(-1);
  return last?.keyword === 'if' ? (errors.at(-2) ?? last) : last;
}

/** A JSON pointer as a path that begins at `params`. */
function placeOf(pointer: string): string {
  const segments = pointer.split('/').slice(1);
  return ['params', ...segments.map((each) => printable(each.replaceAll('~1', '/').replaceAll('~0', '~')))].join('.');
}

function problemOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return `must have the property ${quoted(String(params.missingProperty))}`;
    case 'additionalProperties':
      return `must not have the property ${quoted(String(params.additionalProperty))}`;
    case 'unevaluatedProperties':
      return `must not have the property ${quoted(String(params.unevaluatedProperty))}`;
    case 'propertyNames':
      return `must not have a property called ${quoted(String(params.propertyName))}`;
    case 'enum':
      return `must be ${choicesOf(params.allowedValues)}`;
    case 'const':
      return `must be ${choicesOf([params.allowedValue])}`;
    case 'anyOf':
      return 'must match at least one of several schemas (anyOf), but matches none';
    case 'oneOf':
      return Array.isArray(params.passingSchemas)
        ? 'must match exactly one of several schemas (oneOf), but matches more'
        : 'must match exactly one of several schemas (oneOf), but matches none';
    case 'not':
      return 'must not match a schema that it matches';
    case 'false schema':
      return 'is not allowed';
    default:
      return message ?? 'does not match the schema of the action';
  }
}

function choicesOf(values: unknown): string {
  if (!Array.isArray(values)) return 'one of the allowed values';
  const shown = values
    .slice(0, CHOICES_MAX)
    .map((value) => (typeof value === 'string' ? quoted(value) : String(value)));
  if (values.length === 1) return shown.join('');
  return `one of ${shown.join(', ')}${values.length > CHOICES_MAX ? ' and others' : ''}`;
}
