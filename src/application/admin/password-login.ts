import type { AdminStore } from '../ports/admin-store.ts';

/** When the one password opens anything: until a named administrator can log in, always, or never. */
export type PasswordLogin = 'auto' | 'always' | 'never';

/** What somebody can log in with now: a name, the one password alone, or either. */
export type WaysIn = { readonly byName: boolean; readonly byPassword: boolean };

/** What administrators can log in with now. */
export async function waysIn(admins: AdminStore, setting: PasswordLogin): Promise<WaysIn> {
  const isAnyComplete = await admins.isAnyComplete();
  const byPassword = setting === 'always' || (setting === 'auto' && !isAnyComplete);
  return { byName: isAnyComplete || !byPassword, byPassword };
}
