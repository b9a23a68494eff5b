import { OUTCOME_WAIT_MAX_SECONDS } from '../../application/requests/outcome-waiters.ts';

/** `name`, or `name=value` with a token or a quoted string, before any parameters (RFC 7240, section 2). */
const PREFERENCE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;"]*))\s*)?(?:;.*)?$/;

/**
 * The seconds of `Prefer: wait=<seconds>` (RFC 7240, section 4.3), capped. 0 for no such preference, and for one that
 * cannot be understood: such ones are to be ignored (section 2). Of several the first counts.
 */
export function preferredWaitSeconds(prefer: string | undefined): number {
  for (const preference of (prefer ?? '').split(',')) {
    const [, name, quoted, token] = PREFERENCE.exec(preference) ?? [];
    if (name?.toLowerCase() !== 'wait') continue;
    const value = quoted ?? token ?? '';
    return /^\d{1,9}$/.test(value) ? Math.min(Number(value), OUTCOME_WAIT_MAX_SECONDS) : 0;
  }
  return 0;
}
