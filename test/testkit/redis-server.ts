import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  readonly port: number;
  pid(): number;
  /** Gone from one moment to the next, as after a crash. */
  kill(): Promise<void>;
  /** Comes back on the same port, empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a real Redis on a free port of this machine alone, which keeps nothing. */
export async function startRedis(): Promise<TestRedis> {
  if (BINARY === undefined) throw new Error('there is no redis-server on this machine');
  const port = await freePort();
  let child = await launch(BINARY, port);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await within(exited, 'end of Redis', PROCESS_WITHIN_MS);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => child.pid ?? 0,
    kill: () => end('SIGKILL'),
    start: async () => {
      child = await launch(BINARY, port);
    },
    stop: () => end('SIGTERM'),
  };
}

async function launch(binary: string, port: number): Promise<ChildProcess> {
  const settings = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: tmpdir() };
  const child = spawn(
    binary,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
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
