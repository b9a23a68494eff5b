import { ForbiddenError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin } from '../access.ts';

/** A named administrator, by its session: whoever logged in with the one password has no second factor of its own. */
export function requireNamed(principal: Principal | null) {
  const known = requireAdmin(principal);
  if (known.adminId === null) throw new ForbiddenError('This is for administrators by name.');
  return { ...known, adminId: known.adminId };
}
