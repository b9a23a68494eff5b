import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverUser } from '../../src/storage/embedded/system-user.ts';
import { eventually, PROCESS_WITHIN_MS, within } from './eventually.ts';
import { freePort } from './free-port.ts';

/** Where distributions put it. */
const BINARY = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find((path) =>
  existsSync(path),
);

/** For `describe.skipIf`: tests that need PgBouncer are skipped where the machine has none, other than in CI. */
export const LACKS_PGBOUNCER = BINARY === undefined && process.env.CI === undefined;

export type TestPgBouncer = {
  /** The database's URL through it; stays the same over restarts. */
  readonly url: string;
  /** Gone from one moment to the next, with every connection. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a real PgBouncer before a database of the test server, with as few connections to it as show what it mixes up. */
export async function startPgBouncer(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestPgBouncer> {
  if (BINARY === undefined) throw new Error('there is no pgbouncer on this machine: the Debian package has its name');
  const database = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const users = join(folder, 'users');
  writeFileSync(users, `"${database.username}" "${database.password}"\n`);
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    pool_mode: 'transaction',
    default_pool_size: '4',
    max_client_conn: '500',
    server_login_retry: '1',
    ...settings,
  };
  const file = join(folder, 'pgbouncer.ini');
  const where = `host=${database.searchParams.get('host')} port=${database.searchParams.get('port')}`;
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(file, ['[databases]', `* = ${where}`, '[pgbouncer]', ...lines, ''].join('\n'));

  let child = launch();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await within(exited, 'end of PgBouncer', PROCESS_WITHIN_MS);
  };
  await untilListening(port);

  const url = new URL(databaseUrl);
  url.search = '';
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    kill: () => end('SIGKILL'),
    start: async () => {
      child = launch();
      await untilListening(port);
    },
    stop: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };

  /** Not as root, which it refuses, but as the user who may use the server's socket. */
  function launch(): ChildProcess {
    return spawn(BINARY ?? '', ['-q', file], { ...serverUser(), cwd: folder, stdio: 'ignore' });
  }
}

const untilListening = (port: number) =>
  eventually(async () => {
    const socket = createConnection(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  }, PROCESS_WITHIN_MS);
