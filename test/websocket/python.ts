import { spawn, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { within } from '../testkit/eventually.ts';

const CANDIDATES = ['python3', '/usr/bin/python3'];

/** A Python 3 that has the package websockets; null where there is none. */
export const pythonWithWebsockets: string | null =
  CANDIDATES.find((python) => spawnSync(python, ['-c', 'import websockets']).status === 0) ?? null;

/** Runs a script to its end and answers what it wrote. */
export async function runPython(python: string, args: readonly string[], ms = 25_000) {
  const child = startPython(python, args);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.process.once('close', resolve);
  const code = await within(promise, 'end of the Python client', ms);
  return { code, ...child.output() };
}

/** Starts a script; it is ended when the test is over. */
export function startPython(python: string, args: readonly string[]) {
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += String(data);
  });
  child.stderr.on('data', (data) => {
    stderr += String(data);
  });
  onTestFinished(() => void child.kill());
  return { process: child, output: () => ({ stdout, stderr }) };
}
