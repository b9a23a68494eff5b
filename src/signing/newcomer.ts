import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../application/ports/log.ts';
import type { NewcomersTrust } from '../application/ports/signer.ts';
import { readVerifier } from '../domain/signed-note.ts';

/** Beside the key, until that has signed: empty, or with the verifier key that the node took. */
const FILE = 'audit.key.new';

/** Says in the folder that the key which is made there next has signed nothing yet. Throws what the system has against it. */
export const markNewcomer = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), '', { mode: 0o600, flush: true });
};

/**
 * What the folder says of a node whose key has signed nothing yet; null where it has, or may have. Throws where what is kept there is
 * no verifier key: the node took one, and nobody knows which. A node that `isTold` which keys to go by forgets that it took none, or which:
 * should it be told them no more before it took one of them, it takes none by itself.
 */
export const findNewcomer = (
  folder: string,
  log: Log,
  { isTold }: { readonly isTold: boolean },
): NewcomersTrust | null => {
  const file = join(folder, FILE);
  let taken = keptIn(file);
  if (taken === null) return null;
  const forget = () => attempt(file, log, () => rmSync(file, { force: true }));
  if (isTold && readVerifier(taken) === null) {
    forget();
    taken = '';
  }
  if (taken !== '' && readVerifier(taken) === null) {
    throw new Error(
      `${file} is to have the verifier key that the audit trail was signed with when this node came to it, and has none. ` +
        'Name that key in AUDIT_TRUSTED_KEYS, as it was kept outside of the platform',
    );
  }
  return {
    taken: () => (taken === '' ? null : taken),
    take: (verifier) => {
      if (taken === verifier) return;
      taken = verifier;
      attempt(file, log, () => keep(folder, verifier));
    },
    end: forget,
  };
};

const keptIn = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
};

/** In the place of what is there, whole or not at all, also where the power fails: an empty file says that none was taken. */
const keep = (folder: string, verifier: string): void => {
  const file = join(folder, FILE);
  const beside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(beside, `${verifier}\n`, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(beside, file);
  } finally {
    rmSync(beside, { force: true });
  }
  const names = openSync(folder, 'r');
  try {
    fsyncSync(names);
  } finally {
    closeSync(names);
  }
};

const attempt = (file: string, log: Log, change: () => void): void => {
  try {
    change();
  } catch (error) {
    log.warn({ err: error, file }, 'what this node goes by until its key has signed the audit trail cannot be kept');
  }
};
