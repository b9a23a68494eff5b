import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { PROCESS_WITHIN_MS, within } from './eventually.ts';

const MAIN = fileURLToPath(new URL('../../scripts/start.js', import.meta.url));
/** The welcome for people, and the line of the log that is instead of it in production. */
const LISTENS = /(?:listens on |"url":")(http:\/\/[^\s"]+)(?=[\s"])/;

export type ServerProcess = {
  readonly url: string;
  readonly socketUrl: string;
  /** Where its metrics are, if `METRICS_PORT` is set. */
  readonly metricsUrl: string;
  readonly pid: number;
  /** Everything that it wrote, to both streams. */
  output(): string;
  stdout(): string;
  stderr(): string;
  /** Reads nothing more of what it writes to its log. */
  leaveUnread(): void;
  /** Sends the signal and answers how it ended. */
  end(signal: NodeJS.Signals): Promise<ProcessEnd>;
  /** Waits until it ends by itself, and answers how. */
  ended(): Promise<ProcessEnd>;
};

type ProcessEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A folder that is removed when the test is over, and that the embedded server's user can enter. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-process-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the server as a process of its own, as `npm start` does. Ended when the test is over. */
export async function startServerProcess(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = launch(env);
  let output = '';
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (data) => {
      output += String(data);
      written[name] += String(data);
    });
  }
  // When its streams are read to their end as well.
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await exited;
  });
  const listening = new Promise<string>((resolve, reject) => {
    const look = () => {
      const url = LISTENS.exec(output)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    void exited.then(([code]) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  const ended = async (): Promise<ProcessEnd> => {
    const [code, signal] = await within(exited, 'end of the server', PROCESS_WITHIN_MS);
    return { code, signal };
  };
  const url = await within(listening, 'welcome of the server', PROCESS_WITHIN_MS);
  return {
    url,
    socketUrl: url.replace(/^http/, 'ws'),
    get metricsUrl() {
      return /Metrics +(http:\/\/\S+)/.exec(output)?.[1] ?? '';
    },
    pid: child.pid ?? 0,
    output: () => output,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    leaveUnread: () => void child.stderr?.pause(),
    ended,
    end(signal) {
      child.kill(signal);
      return ended();
    },
  };
}

/** Runs the server until it ends by itself, and answers how. */
export async function runServerToItsEnd(env: Readonly<Record<string, string>>) {
  const child = launch(env);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
  const [code] = await within(once(child, 'exit'), 'end of the server', PROCESS_WITHIN_MS);
  return { code: code as number | null, output };
}

function launch(env: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [MAIN], {
    cwd: tmpdir(),
    env: { PATH, HOME, PORT: '0', ADMIN_PASSWORD: 'for the test', SHUTDOWN_DRAIN_SECONDS: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
