import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROCESS_WITHIN_MS, within } from './eventually.ts';
import { freePort } from './free-port.ts';

/** Where distributions put it. */
const BINARY = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'].find((path) =>
  existsSync(path),
);

/** For `describe.skipIf`: tests that need a Redis are skipped where the machine has none. */
export const HAS_REDIS = BINARY !== undefined;

export type TestRedis = {
  /** For REDIS_URL; stays the same over restarts. */
  readonly url: string;
  /** Of somebody who may do anything there. */
  readonly strangerUrl: string;
  readonly port: number;
  pid(): number;
  /** Gone from one moment to the next, as after a crash. */
  kill(): Promise<void>;
  /** Comes back on the same port, empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** What installations start Redis with: a script, and who may do what there. */
const DEPLOYED = join(import.meta.dirname, '../../deploy/redis');

/**
 * Starts a real Redis on a free port of this machine alone, which keeps nothing. As it is deployed it lets the platform do what
 * it does, and nothing else; without that, anybody anything.
 */
export async function startRedis({ asDeployed = false }: { readonly asDeployed?: boolean } = {}): Promise<TestRedis> {
  if (BINARY === undefined) throw new Error('there is no redis-server on this machine');
  const port = await freePort();
  const deployment = asDeployed ? copyOfDeployment() : null;
  const start = () => (deployment === null ? launch(BINARY, settingsOf(port)) : launchDeployed(deployment, port));
  let child = await start();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await within(exited, 'end of Redis', PROCESS_WITHIN_MS);
  };
  const urlOf = (user: string) => `redis://${asDeployed ? `${user}:${PASSWORD}@` : ''}127.0.0.1:${port}`;
  return {
    url: urlOf('clawcierge'),
    strangerUrl: urlOf('stranger'),
    port,
    pid: () => child.pid ?? 0,
    kill: () => end('SIGKILL'),
    start: async () => {
      child = await start();
    },
    stop: async () => {
      await end('SIGTERM');
      if (deployment !== null) rmSync(deployment, { recursive: true });
    },
  };
}

const PASSWORD = 'of-a-test';

/** With somebody besides who may do anything. */
function copyOfDeployment(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-redis-'));
  copyFileSync(join(DEPLOYED, 'start.sh'), join(folder, 'start.sh'));
  const users = readFileSync(join(DEPLOYED, 'users.acl'), 'utf8');
  writeFileSync(join(folder, 'users.acl'), `${users}user stranger reset on >${PASSWORD} &* ~* +@all\n`);
  return folder;
}

const launchDeployed = (folder: string, port: number): Promise<ChildProcess> =>
  launch('/bin/sh', [join(folder, 'start.sh'), ...settingsOf(port)], {
    PATH: process.env.PATH,
    TMPDIR: folder,
    REDIS_PASSWORD: PASSWORD,
  });

const settingsOf = (port: number): readonly string[] =>
  Object.entries({ port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: tmpdir() }).flatMap(
    ([name, value]) => [`--${name}`, value],
  );

async function launch(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ChildProcess> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      if (String(data).includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Redis ended with ${code}`)));
  });
  await within(ready, 'start of Redis', PROCESS_WITHIN_MS);
  return child;
}
