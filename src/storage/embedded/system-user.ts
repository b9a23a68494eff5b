import { spawnSync } from 'node:child_process';

/** The ids a server process runs under; empty for "as whoever we are". */
export type RunAs = { readonly uid?: number; readonly gid?: number };

const USER = 'postgres';

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as the system user `postgres`, which is made when the
 * machine has none; anybody else runs it as themselves.
 */
export const serverUser = (): RunAs => {
  if (process.getuid?.() !== 0) return {};
  const existing = lookUp();
  if (existing !== null) return existing;
  run('groupadd', ['--system', USER]);
  run('useradd', ['--system', '--gid', USER, '--no-create-home', '--shell', '/bin/false', USER]);
  const created = lookUp();
  if (created === null) {
    throw new Error(
      `The embedded PostgreSQL may not run as root, and the system user "${USER}" could not be made. ` +
        'Make it, start as an ordinary user, or set DATABASE_URL.',
    );
  }
  return created;
};

/** Whether that user can enter the folder or run the file; `write` asks for more. Asks the system, so ACLs count. */
export const canReach = (path: string, runAs: RunAs, need: 'read' | 'write'): boolean =>
  spawnSync(
    '/bin/sh',
    ['-c', `test -r "$1" && test -x "$1"${need === 'write' ? ' && test -w "$1"' : ''}`, 'sh', path],
    {
      ...runAs,
      cwd: '/',
      stdio: 'ignore',
    },
  ).status === 0;

const lookUp = (): Required<RunAs> | null => {
  const uid = idOf('-u');
  const gid = idOf('-g');
  return uid === null || gid === null ? null : { uid, gid };
};

const idOf = (flag: string): number | null => {
  const found = run('id', [flag, USER]);
  return found !== null && /^\d+\s*$/.test(found) ? Number(found) : null;
};

const run = (command: string, args: readonly string[]): string | null => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout : null;
};
