import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../application/ports/log.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import type { RunAs } from './system-user.ts';

/** The superuser of the cluster; the platform itself connects as an ordinary role. */
export const SUPERUSER = 'postgres';

const PARTIAL = 'data.new-';

/** The data are of a PostgreSQL that this version of the platform does not bring. */
export class OtherMajorVersionError extends Error {
  constructor({ root }: Place, found: string, own: string) {
    super(
      `The data in ${root} are of PostgreSQL ${found}, and the embedded server of this version is ${own}. ` +
        'Two commands move them over:\n' +
        `  npm run backup -- FILE     with the version of Clawcierge that ran last, whose server is ${found}\n` +
        `  npm run restore -- FILE    with this one, whose server is ${own}; it keeps the old data, too\n` +
        'docs/operations/backup.md says more. Nothing was changed.',
    );
    this.name = 'OtherMajorVersionError';
  }
}

/** The major version of PostgreSQL that the data are of; null where there are none. */
export const majorVersionOf = (place: Place): string | null => {
  const file = join(place.cluster, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
};

/** Throws unless the data, if there are any, are of the server's major version. */
export const assertOwnMajorVersion = (place: Place, { majorVersion }: Binaries): void => {
  const found = majorVersionOf(place);
  if (found !== null && found !== majorVersion) throw new OtherMajorVersionError(place, found, majorVersion);
};

/**
 * Makes the data folder unless it is there. It is made under another name and renamed when it is whole, so that a
 * start which is killed in the middle leaves nothing that looks finished.
 */
export const ensureCluster = async (options: {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly durable: boolean;
  readonly log: Log;
}): Promise<void> => {
  const { place, binaries, runAs, durable, log } = options;
  for (const name of readdirSync(place.root)) {
    if (name.startsWith(PARTIAL)) rmSync(join(place.root, name), { recursive: true, force: true });
  }
  if (existsSync(place.cluster)) return;
  const partial = join(place.root, `${PARTIAL}${process.pid}`);
  mkdirSync(partial, { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(partial, runAs.uid, runAs.gid);
  await initialise(partial, place.passwordFile, binaries.initdb, runAs, durable, log);
  renameSync(partial, place.cluster);
};

const initialise = (
  folder: string,
  passwordFile: string,
  initdb: string,
  runAs: RunAs,
  durable: boolean,
  log: Log,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const flags = [
      `--pgdata=${folder}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      // PostgreSQL's own Unicode locale: the same on every machine, whatever locales that has.
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ];
    const child = spawn(initdb, flags, {
      ...runAs,
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => log.debug({ initdb: chunk.toString().trim() }, 'embedded database'));
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `The embedded PostgreSQL could not create its data folder: ${said.trim().split('\n').at(-1) ?? code}`,
          ),
        );
    });
  });
