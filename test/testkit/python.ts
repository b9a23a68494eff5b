import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { PROCESS_WITHIN_MS, within } from './eventually.ts';
import { Mailbox } from './mailbox.ts';

const CANDIDATES = ['python3', '/usr/bin/python3'];
const IS_NEW_ENOUGH = 'import sys, websockets; sys.exit(sys.version_info < (3, 11))';

/** The sources of the Python SDK. */
const PACKAGE = fileURLToPath(new URL('../../agent-sdk-python/src', import.meta.url));

/** What Python compiles is kept for the next test. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/python', import.meta.url));

/** Why a test is skipped that needs one. */
export const withoutPython = 'python3 (3.11) with the package websockets is not installed (Debian: python3-websockets)';

/** A Python 3 that has the package websockets; null where there is none, which CI does not put up with. */
export const pythonWithWebsockets: string | null = findPython();

function findPython(): string | null {
  const found = CANDIDATES.find((python) => spawnSync(python, ['-c', IS_NEW_ENOUGH]).status === 0);
  if (found === undefined && process.env.CI) throw new Error(withoutPython);
  return found ?? null;
}

/** Runs a script to its end and answers what it wrote. */
export async function runPython(python: string, args: readonly string[], ms = PROCESS_WITHIN_MS) {
  const child = startPython(python, args);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.process.once('close', resolve);
  const code = await within(promise, 'end of the Python client', ms);
  return { code, ...child.output() };
}

/** Starts a script, which can import the Python SDK; it is ended when the test is over. */
export function startPython(python: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(python, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH, HOME, PYTHONPATH: PACKAGE, PYTHONPYCACHEPREFIX: CACHE, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += String(data);
  });
  child.stderr.on('data', (data) => {
    stderr += String(data);
  });
  child.stdin.on('error', () => {});
  onTestFinished(() => void child.kill('SIGKILL'));
  return { process: child, output: () => ({ stdout, stderr }) };
}

/** A script that says what happens in lines of JSON, and is told what to do in such lines. */
export type PythonProgram<Line> = {
  readonly lines: Mailbox<Line>;
  tell(what: object): void;
  kill(signal: NodeJS.Signals): void;
  /** How it ended: its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>;
  /** What it logged. */
  log(): string;
};

export function startPythonProgram<Line>(
  python: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PythonProgram<Line> {
  const { process: child, output } = startPython(python, args, env);
  const lines = new Mailbox<Line>();
  createInterface({ input: child.stdout }).on('line', (line) => lines.put(JSON.parse(line) as Line));
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  void exited.then(() => lines.end(output().stderr));
  return {
    lines,
    tell: (what) => void child.stdin.write(`${JSON.stringify(what)}\n`),
    kill: (signal) => void child.kill(signal),
    async ended() {
      const [code, signal] = await within(exited, 'end of the Python program', PROCESS_WITHIN_MS);
      return signal ?? code;
    },
    log: () => output().stderr,
  };
}
