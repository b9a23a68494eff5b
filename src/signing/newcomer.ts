import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../application/ports/log.ts';
import type { NewcomersTrust } from '../application/ports/signer.ts';

/** Beside the key, until that has signed: empty, or with the verifier key that the node took. */
const FILE = 'audit.key.new';

/** Says in the folder that the key which is made there next has signed nothing yet. Throws what the system has against it. */
export const markNewcomer = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), '', { mode: 0o600, flush: true });
};

/** What the folder says of a node whose key has signed nothing yet; null where it has, or may have. */
export const findNewcomer = (folder: string, log: Log): NewcomersTrust | null => {
  const file = join(folder, FILE);
  const read = (): string | null => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return null;
    }
  };
  let taken = read();
  if (taken === null) return null;
  const attempt = (change: () => void) => {
    try {
      change();
    } catch (error) {
      log.warn({ err: error, file }, 'what this node goes by until its key has signed the audit trail cannot be kept');
    }
  };
  return {
    taken: () => (taken === '' ? null : taken),
    take: (verifier) => {
      if (taken === verifier) return;
      taken = verifier;
      attempt(() => writeFileSync(file, `${verifier}\n`, { mode: 0o600, flush: true }));
    },
    end: () => attempt(() => rmSync(file, { force: true })),
  };
};
