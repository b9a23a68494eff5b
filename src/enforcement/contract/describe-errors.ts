import type { ErrorObject } from 'ajv';
import type { InputIssue } from '../../domain/errors.ts';
import { issueOf, type Place, pathOf } from './explain/problem.ts';

/** What the validator stopped at, in its own words: where nothing better is found to say. */
export function describeErrors(errors: readonly ErrorObject[] | null | undefined): InputIssue {
  const error = outermost(errors ?? []);
  const place = placeOf(error?.instancePath ?? '');
  return issueOf(pathOf(place), error?.message ?? 'does not match the schema of the action');
}

/** ajv lists the attempts before the keyword that they were made for. `if` itself says nothing, its branch does. */
function outermost(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const last = errors.at(-1);
  return last?.keyword === 'if' ? (errors.at(-2) ?? last) : last;
}

/** What a JSON pointer (RFC 6901) points to. */
const placeOf = (pointer: string): Place =>
  pointer
    .split('/')
    .slice(1)
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Place>((within, name) => ({ within, name }), null);
