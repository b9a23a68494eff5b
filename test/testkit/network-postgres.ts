import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries, findPackage } from '../../src/storage/embedded/binaries.ts';
import { ensureCluster, SUPERUSER } from '../../src/storage/embedded/cluster.ts';
import { ensurePassword } from '../../src/storage/embedded/passwords.ts';
import { findPlace, type Place, SHARED_FOLDER } from '../../src/storage/embedded/place.ts';
import { startServer } from '../../src/storage/embedded/server-process.ts';
import { type RunAs, serverUser } from '../../src/storage/embedded/system-user.ts';
import { freePort } from './free-port.ts';
import { silentLog } from './postgres.ts';

export type NetworkPostgres = {
  readonly port: number;
  readonly socketFolder: string;
  readonly password: string;
  /** The superuser's, on the maintenance database. */
  readonly url: string;
  stop(): Promise<void>;
  /** Begins anew on the same port and data. */
  start(): Promise<void>;
  /** Stops it, and removes its data. */
  remove(): Promise<void>;
  /** A second server on the same data as they are now, while this one is stopped: a standby until it is promoted. */
  standby(): Promise<NetworkPostgres>;
};

const CERTIFICATES = join(import.meta.dirname, '../postgres/certificates');

/** One of the certificates' files, which `make.sh` beside them makes. */
export const certificate = (name: string): string => join(CERTIFICATES, name);

/** A real PostgreSQL on a port of this machine, that speaks TLS as `localhost`. `rules` are pg_hba.conf's. */
export async function networkPostgres({
  rules = ['host all all all scram-sha-256'],
}: {
  readonly rules?: readonly string[];
} = {}): Promise<NetworkPostgres> {
  const runAs = serverUser();
  const dataDir = temporaryFolder();
  const place = findPlace(dataDir, runAs);
  ensurePassword(place, runAs);
  await ensureCluster({
    place,
    binaries: findBinaries(findPackage(), runAs, SHARED_FOLDER),
    runAs,
    durable: false,
    log: silentLog,
  });
  for (const [from, to] of [
    ['server.crt', 'server.crt'],
    ['server.key', 'server.key'],
    ['authority.crt', 'authority.crt'],
  ] as const) {
    copyFileSync(certificate(from), join(place.cluster, to));
    own(join(place.cluster, to), runAs);
  }
  writeFileSync(join(place.cluster, 'pg_hba.conf'), ['local all all trust', ...rules, ''].join('\n'));
  return run(place, dataDir, runAs);
}

/** As root the server runs as a user of its own, whose files these are to be. */
function own(path: string, runAs: RunAs): void {
  const { uid, gid } = runAs;
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) own(join(path, name), runAs);
  else if (path.endsWith('.key')) chmodSync(path, 0o600);
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

async function run(place: Place, dataDir: string, runAs: RunAs): Promise<NetworkPostgres> {
  const port = await freePort();
  const password = readFileSync(place.passwordFile, 'utf8').trim();
  const start = () =>
    startServer({
      place,
      postgres: findBinaries(findPackage(), runAs, SHARED_FOLDER).postgres,
      settings: {
        listen_addresses: '127.0.0.1',
        port: String(port),
        unix_socket_directories: place.socketFolder,
        ssl: 'on',
        ssl_ca_file: 'authority.crt',
        fsync: 'off',
        timezone: 'UTC',
        log_timezone: 'UTC',
      },
      runAs,
      // Ended in an orderly way: a standby begins with what it leaves.
      durable: true,
      log: silentLog,
    });
  let server = await start();
  return {
    port,
    password,
    socketFolder: place.socketFolder,
    url: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
    start: async () => {
      server = await start();
    },
    remove: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
    standby: async () => {
      const folder = temporaryFolder();
      const other = findPlace(folder, runAs);
      cpSync(place.passwordFile, other.passwordFile);
      cpSync(place.cluster, other.cluster, { recursive: true });
      chmodSync(other.cluster, 0o700);
      writeFileSync(join(other.cluster, 'standby.signal'), '');
      own(other.root, runAs);
      return run(other, folder, runAs);
    },
  };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-network-'));
  // The server's own user must be able to enter it.
  chmodSync(folder, 0o755);
  return folder;
}
