import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { UnusableSourceError } from './source.ts';

/** A program and what it is started with. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** How a program ended: by itself, with a code, or by a signal. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** When it has ended and everything that it wrote was read. */
  readonly ended: Promise<ProgramEnd>;
  /** Asks it to end, with all that it started; what has not ended after a while is killed. */
  end(): void;
}

/** How long a program has to end after it was asked to. */
const GRACE_MS = 3_000;
const HAS_GROUPS = process.platform !== 'win32';

const running = new Set<number>();
// However the bridge ends, nothing of what it started goes on: a program whose parent is gone has nobody to stop it.
process.on('exit', () => {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
});

/** Throws an UnusableSourceError where there is no such program, or it may not be run. */
export async function checkProgram({ command, env, cwd }: Program): Promise<void> {
  if (!HAS_GROUPS) return;
  const hasFolder = command.includes('/');
  const folders = hasFolder ? [cwd ?? process.cwd()] : (env.PATH ?? '').split(delimiter);
  for (const folder of folders) {
    const file = resolve(folder, command);
    const isProgram = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return;
  }
  throw new UnusableSourceError(`The program “${command}” is not there, or may not be run.`);
}

/**
 * Starts a program without a shell, in a process group of its own, so that whatever it starts in turn can be ended with it.
 * Throws an UnusableSourceError where there is no such program.
 */
export async function startProgram({ command, args, env, cwd }: Program): Promise<RunningProgram> {
  const child = spawn(command, args, {
    env,
    ...(cwd !== undefined && { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    detached: HAS_GROUPS,
    windowsHide: true,
  });
  // What is written to a program that reads no more is lost; its end says so.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  await spawned(child, command);
  const pid = child.pid as number;
  running.add(pid);
  let callOff: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    // What it has left behind would go on for nobody, and hold its streams open.
    signalGroup(pid, 'SIGKILL');
    running.delete(pid);
    clearTimeout(callOff);
  });
  const ended = new Promise<ProgramEnd>((settle) => {
    child.once('close', (code, signal) => settle({ code, signal }));
  });
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    end() {
      if (callOff !== undefined || !running.has(pid)) return;
      signalGroup(pid, 'SIGTERM');
      callOff = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
    },
  };
}

function spawned(child: ChildProcessByStdio<Writable, Readable, Readable>, command: string): Promise<void> {
  return new Promise((started, reject) => {
    child.once('spawn', started);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isThere = error.code !== 'ENOENT' && error.code !== 'EACCES';
      reject(isThere ? error : new UnusableSourceError(`The program “${command}” is not there, or may not be run.`));
    });
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, signal);
  } catch {
    // It has ended already.
  }
}
