import { DENIAL_KINDS, type Denial, type Direction, RESULT_DENIAL_KINDS, type Verdict } from '../domain/verdict.ts';
import { readIssues } from './read-issues.ts';

/** A copy of the verdict, or null if it is none of that direction. */
export function readVerdict<Of extends Direction>(direction: Of, value: unknown): Verdict<Of> | null {
  if (typeof value !== 'object' || value === null || !('decision' in value)) return null;
  const { decision } = value;
  if (decision === 'PASS') return { decision };
  if (decision !== 'HOLD' && decision !== 'DENY') return null;
  if (!('reason' in value)) return null;
  const { reason } = value;
  if (typeof reason !== 'string' || reason === '') return null;
  if (decision === 'HOLD') return { decision, reason };
  if (!('kind' in value && KINDS[direction].has(value.kind))) return null;
  const issues = 'issues' in value ? readIssues(value.issues) : [];
  const detail = 'detail' in value && typeof value.detail === 'string' ? value.detail : null;
  const more = { ...(issues.length > 0 && { issues }), ...(detail !== null && { detail }) };
  return { decision, kind: value.kind as Denial<Of>['kind'], reason, ...more };
}

const KINDS: { readonly [Of in Direction]: ReadonlySet<unknown> } = {
  request: new Set(DENIAL_KINDS),
  result: new Set(RESULT_DENIAL_KINDS),
};
