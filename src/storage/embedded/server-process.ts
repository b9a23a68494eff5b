import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../application/ports/log.ts';
import type { Place } from './place.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import type { RunAs } from './system-user.ts';

export type ServerProcess = { readonly exited: Promise<void>; stop(): Promise<void> };

/**
 * Becomes the server, leaving behind a watcher that stops it when this process is gone: file 3 is a pipe that only we
 * hold open, so that even `kill -9` of us ends the server, in an orderly way. The watcher signals only a process that
 * the server's own pid file still names.
 */
const RUN_WATCHED = `
( ( cat <&3; read -r pid < "$PGDATA/postmaster.pid" && [ "$pid" = "$$" ] && kill -INT "$$" ) >/dev/null 2>&1 & )
exec "$@" 3<&-
`;

const START_DEADLINE_MS = 60_000;
const POLL_MS = 10;

/** Fast shutdown first, then without waiting for anything, then by force: bounded, whatever the server does. */
export const FAST_STOP_MS = 5_000;
export const IMMEDIATE_STOP_MS = 2_000;

export const startServer = async (options: {
  readonly place: Place;
  readonly postgres: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly runAs: RunAs;
  /** Whether what is written must survive; a server whose data are thrown away is stopped without ceremony. */
  readonly durable: boolean;
  readonly log: Log;
}): Promise<ServerProcess> => {
  const { place, log } = options;
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const attempt = await tryStart(options, deadline);
    if ('server' in attempt) return attempt.server;
    // Backends of a server that was killed by force may still be going.
    if (!attempt.output.includes('shared memory block') || Date.now() > deadline) {
      throw new Error(`The embedded PostgreSQL in ${place.root} did not start: ${reasonIn(attempt.output)}`);
    }
    log.warn({}, 'waiting for an earlier database server to finish ending');
    await wait(250);
  }
};

/** What it says before it gives up, or at least its last words. */
const reasonIn = (output: string): string => {
  const lines = output.trim().split('\n').map(textOf);
  return lines.find((line) => /^(FATAL|PANIC):/.test(line)) ?? lines.at(-1) ?? '';
};

const tryStart = async (
  { place, postgres, settings, runAs, durable, log }: Parameters<typeof startServer>[0],
  deadline: number,
): Promise<{ server: ServerProcess } | { output: string }> => {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn('/bin/sh', ['-c', RUN_WATCHED, 'sh', postgres, '-D', place.cluster, ...flags], {
    ...runAs,
    cwd: place.cluster,
    // A group of its own: Ctrl-C in the terminal is for us, and we stop the server last.
    detached: true,
    env: { PATH: process.env.PATH, PGDATA: place.cluster, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  let running = true;
  void exited.then(() => {
    running = false;
    releaseWatcher(child);
  });
  letUsEnd(child);
  let output = '';
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      output = `${output.slice(-4_000)}${line}\n`;
      relay(line, log);
    });
  }
  while (running) {
    const said = readPostmasterFile(place.cluster);
    if (said?.pid === child.pid && said?.ready) return { server: { exited, stop: () => stop(child, exited, durable) } };
    if (Date.now() > deadline) {
      await stop(child, exited, false);
      return { output: `not ready within ${START_DEADLINE_MS / 1_000} s` };
    }
    await Promise.race([exited, wait(POLL_MS)]);
  }
  // The last lines arrive after the end of the process.
  await wait(POLL_MS);
  return { output };
};

/** A server that nobody stopped does not keep this process alive: the watcher stops it when we are gone. */
const letUsEnd = (child: ChildProcess): void => {
  child.unref();
  for (const stream of [child.stderr, child.stdio[3]]) {
    if (stream !== null && stream !== undefined && 'unref' in stream && typeof stream.unref === 'function')
      stream.unref();
  }
};

const releaseWatcher = (child: ChildProcess): void => {
  child.stdio[3]?.on('error', () => undefined).destroy();
};

/** Without the server's own time and process. */
const textOf = (line: string): string => line.replace(/^\S+ \S+ UTC \[\d+\] /, '');

/** An ERROR is a statement's, and its caller hears of it. */
const relay = (line: string, log: Log): void => {
  const text = textOf(line);
  if (/^(WARNING|FATAL|PANIC):/.test(text)) log.warn({ postgres: text }, 'embedded database');
  else log.debug({ postgres: text }, 'embedded database');
};

const stop = async (child: ChildProcess, exited: Promise<void>, durable: boolean): Promise<void> => {
  const steps: readonly (readonly [NodeJS.Signals, number])[] = [
    ...(durable ? ([['SIGINT', FAST_STOP_MS]] as const) : []),
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ];
  for (const [signal, patience] of steps) {
    child.kill(signal);
    const timer = new AbortController();
    const late = wait(patience, 'late', { signal: timer.signal }).catch(() => 'late');
    const ended = await Promise.race([exited.then(() => 'ended'), late]);
    timer.abort();
    if (ended === 'ended') return;
  }
};
