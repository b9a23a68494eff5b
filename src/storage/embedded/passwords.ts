import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Place } from './place.ts';
import type { RunAs } from './system-user.ts';

const HOW_TO_MEND = 'or give the data a new one: docs/operations/backup.md says how ("A lost password").';

/** The file of the superuser's password has another one than the data, say of another folder. */
export class WrongPasswordError extends Error {
  constructor({ root, passwordFile }: Place) {
    super(
      `The data in ${root} have another password than the file ${passwordFile} says. Put back the one that belongs to ` +
        `them, ${HOW_TO_MEND}`,
    );
    this.name = 'WrongPasswordError';
  }
}

/**
 * The superuser's password of this database, made on the first start and readable by its owner alone. Data that are there
 * already have one, which no other replaces.
 */
export const ensurePassword = (place: Place, runAs: RunAs): string => {
  if (!existsSync(place.passwordFile) && !existsSync(place.cluster)) writePassword(place.passwordFile, runAs);
  const password = passwordIn(place.passwordFile);
  if (password === null) {
    throw new Error(
      `The data in ${place.root} have a password, and the file ${place.passwordFile} that keeps it is gone. Put it ` +
        `back, with the same owner and mode 0600, ${HOW_TO_MEND}`,
    );
  }
  return password;
};

/** The password of the role that the platform works as. Where there is none, one is made: the superuser gives it to the role. */
export const ensureApplicationPassword = ({ applicationPasswordFile: file }: Place, runAs: RunAs): string => {
  const known = passwordIn(file);
  if (known !== null) return known;
  writePassword(file, runAs);
  return readFileSync(file, 'utf8');
};

/** That password, on a folder whose server runs already; releases that had one password for both kept it with the superuser's. */
export const readApplicationPassword = (place: Place): string =>
  passwordIn(place.applicationPasswordFile) ?? passwordIn(place.passwordFile) ?? '';

const passwordIn = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '') || null;

const writePassword = (file: string, { uid, gid }: RunAs): void => {
  const partial = `${file}.new`;
  writeFileSync(partial, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) chownSync(partial, uid, gid);
  renameSync(partial, file);
};
