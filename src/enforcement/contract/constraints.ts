import type { JsonObject } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import { printable, quoted } from '../printable.ts';

export const CONSTRAINTS_MAX = 100;

type Bound = { readonly kind: 'max' | 'min'; readonly param: string };

/** What a constraint's key bounds, or null if it is none. */
export function readConstraint(key: string): Bound | null {
  const kind = key.slice(0, 4);
  const param = key.slice(4);
  if (param === '') return null;
  if (kind === 'max_') return { kind: 'max', param };
  return kind === 'min_' ? { kind: 'min', param } : null;
}

/** Everything that is wrong with a capability's constraints. */
export function checkConstraints(path: string, constraints: JsonObject): readonly InputIssue[] {
  const keys = Object.keys(constraints);
  if (keys.length > CONSTRAINTS_MAX) {
    return [{ path, message: `There are ${keys.length} constraints; at most ${CONSTRAINTS_MAX} are allowed` }];
  }
  return keys.flatMap((key) => {
    const problem = problemOf(key, constraints);
    return problem === null ? [] : [{ path: `${path}.${printable(key)}`, message: problem }];
  });
}

function problemOf(key: string, constraints: JsonObject): string | null {
  const bound = readConstraint(key);
  if (bound === null) return 'A constraint is named max_<param> or min_<param>';
  if (!key.isWellFormed() || key.includes('\u0000')) return 'The name is not well-formed Unicode, or holds U+0000';
  const value = constraints[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'The bound must be a number';
  if (bound.kind === 'max') return null;
  const upper = Object.hasOwn(constraints, `max_${bound.param}`) ? constraints[`max_${bound.param}`] : undefined;
  if (typeof upper !== 'number' || value <= upper) return null;
  return `The lower bound ${value} is above the upper bound ${upper}`;
}

/**
 * The constraints that params do not keep to, in words for the sender. A param that is not there is not bound; one that
 * is there and no number is refused. Only the params' own members count.
 */
export function brokenConstraints(constraints: JsonObject, params: JsonObject): readonly InputIssue[] {
  return Object.keys(constraints).flatMap((key) => {
    const bound = readConstraint(key);
    const limit = constraints[key];
    if (bound === null || typeof limit !== 'number') {
      return { path: 'params', message: `cannot be checked: the constraint ${quoted(key)} cannot be read` };
    }
    if (!Object.hasOwn(params, bound.param)) return [];
    const message = problemOfParam(bound.kind, limit, params[bound.param]);
    return message === null ? [] : { path: `params.${printable(bound.param)}`, message };
  });
}

function problemOfParam(kind: Bound['kind'], limit: number, value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return NOT_A_NUMBER;
  if (kind === 'max') return value <= limit ? null : `must be at most ${limit}`;
  return value >= limit ? null : `must be at least ${limit}`;
}

/** The first problem of a param that has bounds. */
export const NOT_A_NUMBER = 'must be a number';
