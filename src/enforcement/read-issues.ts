import type { InputIssue } from '../domain/errors.ts';
import { DENIAL_ISSUES_MAX } from '../domain/verdict.ts';

/** A copy of the issues that a denial lists, from what a stage or the isolate answered. */
export const readIssues = (value: unknown): readonly InputIssue[] =>
  Array.isArray(value)
    ? value
        .filter(isIssue)
        .slice(0, DENIAL_ISSUES_MAX)
        .map(({ path, message }) => ({ path, message }))
    : [];

const isIssue = (value: unknown): value is InputIssue =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  'message' in value &&
  typeof value.message === 'string';
