import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import { OtherMajorVersionError } from './cluster.ts';
import { readApplicationPassword } from './passwords.ts';
import { findPlace } from './place.ts';
import { addressIn, FolderInUseError, startEmbeddedPostgres } from './start-embedded-postgres.ts';
import { serverUser } from './system-user.ts';

/** The embedded database, whoever runs it. */
export type OpenedPostgres = {
  readonly databaseUrl: string;
  /** Says that what was to be done is done. Answers where data of an older version are kept that it has replaced. */
  complete(): Promise<string | null>;
  /** Ends it if it was started here. */
  close(): Promise<void>;
};

/** For as long a platform may be between starting or stopping and its server's answers. */
const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 250;

/** Whether the folder has a database in it, of whichever version. */
export const hasEmbeddedData = (dataDir: string): boolean =>
  existsSync(join(dataDir, 'postgres', 'data')) || existsSync(join(dataDir, 'postgres.location'));

/**
 * Opens the database of `dataDir`: of the platform that is running on it, through that one's own server, or else by
 * starting the server until it is closed.
 */
export const openEmbeddedPostgres = async (options: {
  readonly dataDir: string;
  readonly log: Log;
  /** Whether data of another major version are to be replaced, once there is something to replace them. */
  readonly replacesOtherVersion: boolean;
}): Promise<OpenedPostgres> => {
  const deadline = Date.now() + WITHIN_MS;
  let asSuccessor = false;
  for (;;) {
    try {
      const server = await startEmbeddedPostgres({ ...options, asSuccessor });
      return {
        databaseUrl: server.databaseUrl,
        complete: async () => (asSuccessor ? server.succeed() : null),
        close: () => server.stop(),
      };
    } catch (error) {
      if (error instanceof OtherMajorVersionError && options.replacesOtherVersion) {
        asSuccessor = true;
        continue;
      }
      if (!(error instanceof FolderInUseError)) throw error;
    }
    const place = findPlace(options.dataDir, serverUser());
    const databaseUrl = addressIn(place, readApplicationPassword(place));
    const problem = await problemWith(databaseUrl);
    if (problem === null) return { databaseUrl, complete: async () => null, close: async () => undefined };
    if (Date.now() > deadline) {
      throw new Error(`A platform is running on ${place.root}, but its database does not answer: ${problem}`);
    }
    await wait(LOOK_EVERY_MS);
  }
};

/** Why nobody can connect there; null if somebody can. */
const problemWith = async (databaseUrl: string): Promise<string | null> => {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
};
