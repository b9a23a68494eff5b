import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptPassword } from './application/admin/password-logins.ts';
import { ConfigError } from './config.ts';

/** What the file is called, in DATA_DIR. */
const NAME = 'admin-password';

/**
 * Writes a password that was just made to a file of its own in the folder, which nobody but this process's user may read.
 * Throws a ConfigError where it cannot: then the password must not count.
 */
export function keepInFile(folder: string, password: string): KeptPassword & { readonly file: string } {
  const file = join(folder, NAME);
  const first = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(first, `${password}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      `ADMIN_PASSWORD is not set, and the one that would be made cannot be kept in DATA_DIR (${reason}): set ` +
        'ADMIN_PASSWORD or ADMIN_PASSWORD_FILE, or DATA_DIR to a folder that may be written',
    );
  }
  let kept = first;
  return {
    get file() {
      return kept;
    },
    confirm() {
      try {
        // Never over another one, which may be of another platform and unread.
        linkSync(first, file);
      } catch {
        return;
      }
      rmSync(first);
      kept = file;
    },
    discard: () => rmSync(first, { force: true }),
  };
}
