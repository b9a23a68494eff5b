import { existsSync, rmSync } from 'node:fs';
import type { Log } from '../../application/ports/log.ts';
import { APPLICATION, ensureApplication } from './application-role.ts';
import { findBinaries, findPackage } from './binaries.ts';
import { assertOwnMajorVersion, ensureCluster, SUPERUSER } from './cluster.ts';
import { lockFolder } from './folder-lock.ts';
import { keepRunning } from './keep-running.ts';
import { ensureApplicationPassword, ensurePassword } from './passwords.ts';
import { findPlace, type Place, SHARED_FOLDER } from './place.ts';
import { clearRemains } from './remains.ts';
import { startServer } from './server-process.ts';
import { finishSuccession, succeed, successorOf } from './succession.ts';
import { serverUser } from './system-user.ts';

export type EmbeddedPostgres = {
  /** For `createStorage`. */
  readonly databaseUrl: string;
  /** The superuser's, on the maintenance database: for tests that make databases of their own. */
  readonly superuserUrl: string;
  /** Where the data are. */
  readonly dataDir: string;
  /** Something the operator should hear, such as that the data are elsewhere; usually null. */
  readonly note: string | null;
  /**
   * Resolves with the reason when the server has died too often to be started again; never otherwise. A single death is
   * mended here: the server is started again on the same data, at the same address.
   */
  readonly failed: Promise<Error>;
  /** Ends the server in an orderly way, within 9 seconds at most, and releases the folder. */
  stop(): Promise<void>;
  /** Stops, and puts a successor's data in the place of those that are there. Answers where those are kept. */
  succeed(): Promise<string | null>;
};

/** A live process, a platform or a backup of one, has the folder. */
export class FolderInUseError extends Error {
  constructor({ root }: Place) {
    super(
      `Another platform is running on ${root}, or it is being backed up or restored. Stop that, or give this one a ` +
        'DATA_DIR of its own.',
    );
    this.name = 'FolderInUseError';
  }
}

const PORT = 5432;

/**
 * Starts a real PostgreSQL server of our own on `dataDir`, where the data stay between starts. It listens on a Unix
 * socket in a folder that only its user may enter, never on a network port, and asks for a password besides, another one
 * of the superuser than of the role that the platform works as; so any
 * number of platforms run side by side on one machine. It ends with this process, even by `kill -9`, and loses nothing.
 * A folder that another live platform uses is refused with a message that says so; what a killed run left is recovered.
 */
export const startEmbeddedPostgres = async (options: {
  readonly dataDir: string;
  readonly log: Log;
  /** False trades safety against a crash of the machine for speed: for data that nobody will miss. @default true */
  readonly durable?: boolean;
  /** True starts on new data, which count only once they have succeeded those that are there. @default false */
  readonly asSuccessor?: boolean;
}): Promise<EmbeddedPostgres> => {
  const { log, durable = true, asSuccessor = false } = options;
  // First of all: without it no folder matters, nor a user.
  const installed = findPackage();
  const runAs = serverUser();
  const found = findPlace(options.dataDir, runAs);
  const lock = lockFolder(found.lockFile);
  if (lock === null) {
    throw new FolderInUseError(found);
  }
  try {
    finishSuccession(found);
    const successor = successorOf(found);
    if (existsSync(successor.cluster)) await clearRemains(successor, log);
    const place = asSuccessor ? successor : found;
    const binaries = findBinaries(installed, runAs, SHARED_FOLDER);
    assertOwnMajorVersion(place, binaries);
    const password = ensurePassword(place, runAs);
    await ensureCluster({ place, binaries, runAs, durable, log });
    const start = async () => {
      await clearRemains(place, log);
      return startServer({
        place,
        postgres: binaries.postgres,
        settings: serverSettings(place, durable),
        runAs,
        durable,
        log,
      });
    };
    const server = await start();
    const superuserUrl = urlOf(place, SUPERUSER, password, 'postgres');
    const applicationPassword = ensureApplicationPassword(place, runAs);
    try {
      await ensureApplication(place, superuserUrl, applicationPassword);
    } catch (error) {
      await server.stop();
      throw error;
    }
    const kept = keepRunning({ server, startAgain: start, log });
    let stopped: Promise<void> | undefined;
    const stop = (andThen: () => void = () => undefined) => {
      stopped ??= kept.stop().then(() => {
        andThen();
        rmSync(place.socketFolder, { recursive: true, force: true });
        lock.release();
      });
      return stopped;
    };
    return {
      databaseUrl: addressIn(place, applicationPassword),
      superuserUrl,
      dataDir: place.root,
      note: place.note,
      failed: kept.failed,
      stop: () => stop(),
      succeed: async () => {
        let old: string | null = null;
        await stop(() => {
          old = succeed(found);
        });
        return old;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const serverSettings = (place: Place, durable: boolean): Record<string, string> => ({
  listen_addresses: '',
  port: String(PORT),
  unix_socket_directories: place.socketFolder,
  unix_socket_permissions: '0700',
  max_connections: '200',
  // Nothing replicates from it.
  wal_level: 'minimal',
  max_wal_senders: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_min_error_statement: 'panic',
  ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
});

const urlOf = (place: Place, user: string, password: string, database: string): string =>
  `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(place.socketFolder)}&port=${PORT}`;

/** Where the platform's own database is while a server runs there, for the role that it works as. */
export const addressIn = (place: Place, password: string): string => urlOf(place, APPLICATION, password, APPLICATION);
