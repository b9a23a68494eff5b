import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findPlace } from '../../src/storage/embedded/place.ts';
import { startServer } from '../../src/storage/embedded/server-process.ts';
import { serverUser } from '../../src/storage/embedded/system-user.ts';
import { silentLog } from './postgres.ts';
import { temporaryFolder } from './server-process.ts';

/** Where Debian keeps the programs of each major version. */
const VERSIONS = '/usr/lib/postgresql';
/** The embedded one's is taken from npm. */
const EMBEDDED = '18';

/** A major version of PostgreSQL, besides the embedded one, whose programs this machine has; null if there is none. */
export const OTHER_VERSION: string | null =
  (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
    .filter((version) => version !== EMBEDDED && existsSync(join(VERSIONS, version, 'bin', 'initdb')))
    .sort((a, b) => Number(a) - Number(b))[0] ?? null;

/** A server of that version, whose superuser the URL names; stopped when the test is over. */
export async function otherPostgres(version: string): Promise<{ readonly url: string }> {
  const runAs = serverUser();
  const place = findPlace(temporaryFolder(), runAs);
  mkdirSync(place.cluster, { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(place.cluster, runAs.uid, runAs.gid);
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const bin = join(VERSIONS, version, 'bin');
  const { status, stderr } = spawnSync(join(bin, 'initdb'), [`--pgdata=${place.cluster}`, ...flags], {
    ...runAs,
    cwd: place.cluster,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`initdb ended with ${status}: ${stderr}`);
  const server = await startServer({
    place,
    postgres: join(bin, 'postgres'),
    settings: {
      listen_addresses: '',
      port: '5432',
      unix_socket_directories: place.socketFolder,
      fsync: 'off',
      log_timezone: 'UTC',
    },
    runAs,
    durable: false,
    log: silentLog,
  });
  onTestFinished(() => server.stop());
  return { url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(place.socketFolder)}&port=5432` };
}
