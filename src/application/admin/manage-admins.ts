import { Type } from 'typebox';
import { ADMIN_ACCOUNT, ADMINS_MAX, type AdminAccount, PASSWORD_ADMIN_NAME } from '../../domain/admin-account.ts';
import { AdminNotFoundError, InvalidInputError } from '../../domain/errors.ts';
import { type InputValueOf, id } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin } from '../access.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PasskeyStore } from '../ports/passkey-store.ts';
import type { ApplicationSettings } from '../settings.ts';
import { sha256 } from '../sha256.ts';
import { logActOfAdmin } from './log-act.ts';
import { newToken } from './token.ts';

export const CREATE_ADMIN = Type.Pick(ADMIN_ACCOUNT, ['name']);
export type CreateAdminInput = InputValueOf<typeof CREATE_ADMIN>;

/** What creating an administrator throws. */
export const CREATE_ADMIN_ERRORS = [InvalidInputError] as const;

export const REMOVE_ADMIN = Type.Object({ adminId: id('The id of the administrator.') });
export type RemoveAdminInput = InputValueOf<typeof REMOVE_ADMIN>;

/** What removing one throws. */
export const REMOVE_ADMIN_ERRORS = [AdminNotFoundError, InvalidInputError] as const;

type Dependencies = {
  readonly admins: AdminStore;
  readonly passkeys: PasskeyStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<ApplicationSettings, 'publicUrl' | 'adminPasswordLogin'>;
};

/** Where a new administrator chooses its password and its second factor; the token follows. */
const SETUP_PATH = '/admin/setup/';
const SETUP_LIFETIME_MS = 24 * 60 * 60 * 1_000;
const WHY_NOT = {
  taken: 'is another administrator’s',
  full: `there are ${ADMINS_MAX} administrators already; remove one first`,
} as const;
const NAME = /^[a-z0-9][a-z0-9._@+-]*$/;

/** The named administrators: who there is, a new one, and the end of one. */
export function createManageAdmins({ admins, passkeys, changes, clock, log, settings }: Dependencies) {
  /** By name. */
  async function listAdmins(principal: Principal | null): Promise<readonly AdminAccount[]> {
    requireAdmin(principal);
    const all = await admins.list();
    const owned = await passkeys.byAdmins(all.map(({ id }) => id));
    return all.map((admin, at) => ({ ...admin, passkeys: owned[at] ?? [] }));
  }

  /**
   * Answers the link that the new administrator sets its password and its second factor with, once, within a day. One that was
   * removed may come back under its name. Throws CREATE_ADMIN_ERRORS.
   */
  async function createAdmin(
    principal: Principal | null,
    input: CreateAdminInput,
  ): Promise<{ admin: AdminAccount; setupUrl: string }> {
    const known = requireAdmin(principal);
    const { name } = input;
    const issues = new InputIssues();
    issues.texts(CREATE_ADMIN, input);
    if (!NAME.test(name))
      issues.add('name', 'must be of a–z, 0–9 and ".", "_", "@", "+", "-", and begin with one of a–z, 0–9');
    if (name === PASSWORD_ADMIN_NAME)
      issues.add('name', `must not be "${PASSWORD_ADMIN_NAME}": so the log calls the one password`);
    issues.throwIfAny();
    const token = newToken();
    const createdAt = clock.now();
    const setupExpiresAt = new Date(createdAt.getTime() + SETUP_LIFETIME_MS);
    const admin = { id: newId(), name, setupHash: sha256(token), setupExpiresAt, version: newId(), createdAt };
    const created = await admins.create(admin, ADMINS_MAX, actOf(known, createdAt, { name }));
    if (typeof created === 'string') throw new InvalidInputError([{ path: 'input.name', message: WHY_NOT[created] }]);
    logActOfAdmin(log, known, 'create an administrator', { adminId: created.id, adminName: name });
    return { admin: { ...created, passkeys: [] }, setupUrl: settings.publicUrl + SETUP_PATH + token };
  }

  /**
   * Ends its sessions on every node, with whatever is open with them. Whoever can log in last is not removed while
   * ADMIN_PASSWORD_LOGIN is `never`. Throws REMOVE_ADMIN_ERRORS.
   */
  async function removeAdmin(principal: Principal | null, { adminId }: RemoveAdminInput): Promise<AdminAccount> {
    const known = requireAdmin(principal);
    const keepsLast = settings.adminPasswordLogin === 'never';
    const at = clock.now();
    const change = { version: newId(), at, keepsLast, act: actOf(known, at) };
    const removed = await admins.remove(adminId, change);
    if (removed === null) throw new AdminNotFoundError();
    if (removed === 'last') {
      const message = 'nobody else could log in: ADMIN_PASSWORD_LOGIN is "never", and no other administrator is set up';
      throw new InvalidInputError([{ path: 'input.adminId', message }]);
    }
    const { admin, sessionIds } = removed;
    logActOfAdmin(log, known, 'remove an administrator', { adminId: admin.id, adminName: admin.name });
    if (sessionIds.length > 0) {
      changes.publish('registry', '', { event: 'admin-sessions-ended', sessionIds: new Set(sessionIds) });
    }
    return { ...admin, passkeys: [] };
  }

  return { listAdmins, createAdmin, removeAdmin };
}
