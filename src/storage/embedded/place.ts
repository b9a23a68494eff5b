import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { digest } from '../digest.ts';
import { canReach, type RunAs } from './system-user.ts';

/** Where root keeps what the system user `postgres` must reach. */
export const SHARED_FOLDER = '/var/lib/clawcierge';

export type Place = {
  /** Holds everything below. */
  readonly root: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  /** Has the superuser's. */
  readonly passwordFile: string;
  /** Has the one of the role that the platform works as. */
  readonly applicationPasswordFile: string;
  readonly lockFile: string;
  /** Where the server's socket is; open to its user only. */
  readonly socketFolder: string;
  /** Something the operator should hear; null when the data are where they were asked for. */
  readonly note: string | null;
};

/**
 * Decides where the database lives: in `<dataDir>/postgres`, or, where the server's user cannot reach that, in a folder
 * of its own below /var/lib, named in `<dataDir>/postgres.location`, so that the next start finds it again.
 */
export const findPlace = (dataDir: string, runAs: RunAs): Place => {
  const asked = resolve(dataDir);
  try {
    return placeIn(asked, runAs);
  } catch (cause) {
    // What the system refuses has a code; what is refused here is in words already.
    if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) throw cause;
    throw new Error(
      `The embedded PostgreSQL cannot keep its data in ${asked} (${cause.message}). Set DATA_DIR to a folder that ` +
        'may be made and written, or DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
};

const placeIn = (asked: string, runAs: RunAs): Place => {
  mkdirSync(asked, { recursive: true });
  const locationFile = join(asked, 'postgres.location');
  let root = join(asked, 'postgres');
  let note: string | null = null;
  if (existsSync(locationFile)) {
    root = readFileSync(locationFile, 'utf8').trim();
    makeOwnFolder(root, runAs);
    note = noticeOf(asked, root);
  } else {
    makeOwnFolder(root, runAs);
    // Data that are there already are never passed over for an empty database elsewhere.
    if (!canReach(root, runAs, 'write') && !existsSync(join(root, 'data'))) {
      rmSync(root, { recursive: true });
      mkdirSync(SHARED_FOLDER, { recursive: true });
      chmodSync(SHARED_FOLDER, 0o755);
      root = join(SHARED_FOLDER, randomBytes(8).toString('hex'));
      makeOwnFolder(root, runAs);
      writeFileSync(locationFile, `${root}\n`);
      note = noticeOf(asked, root);
    }
  }
  if (!canReach(root, runAs, 'write')) {
    throw new Error(
      `The embedded PostgreSQL cannot use ${root}: its user may not enter or write it. Set DATA_DIR to another one, or DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  return {
    root,
    cluster: join(root, 'data'),
    passwordFile: join(root, 'password'),
    applicationPasswordFile: join(root, 'application-password'),
    lockFile: join(root, 'lock'),
    socketFolder: socketFolder(root, runAs),
    note,
  };
};

const noticeOf = (asked: string, root: string): string =>
  `The database's own user cannot reach ${asked}, so its data is in ${root}.`;

/** A folder for the server's user alone. */
const makeOwnFolder = (folder: string, { uid, gid }: RunAs): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
};

/** A socket's path may have about 100 characters; a data folder that is deeper gets a short one beside it. */
const SOCKET_PATH_MAX = 100;
const SOCKET_NAME = '/.s.PGSQL.5432';

const socketFolder = (root: string, runAs: RunAs): string => {
  const near = join(root, 'run');
  if (near.length + SOCKET_NAME.length <= SOCKET_PATH_MAX) {
    makeOwnFolder(near, runAs);
    return near;
  }
  const short = join(tmpdir(), `clawcierge-${digest(root)}`);
  makeOwnFolder(short, runAs);
  const owner = runAs.uid ?? process.getuid?.();
  const found = lstatSync(short);
  if (!found.isDirectory() || (found.mode & 0o077) !== 0 || found.uid !== owner) {
    throw new Error(`${short} belongs to another user. Remove it, or set DATA_DIR to a shorter path.`);
  }
  return short;
};
