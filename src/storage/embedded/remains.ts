import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../application/ports/log.ts';
import type { Place } from './place.ts';
import { isPostmasterOf, postmasterFilePath, readPostmasterFile } from './postmaster-file.ts';
import { FAST_STOP_MS, IMMEDIATE_STOP_MS } from './server-process.ts';

/**
 * Clears away what a killed run left: its server, should that still be going (its watcher may be ending it already),
 * then the files that name it. PostgreSQL believes such a file while any process has that number, a zombie or a
 * stranger, and would not start; that no backend of the old server is left it checks by the shared memory besides.
 * The caller holds the folder's lock, so no live platform uses it.
 */
export const clearRemains = async (place: Place, log: Log): Promise<void> => {
  const left = readPostmasterFile(place.cluster);
  if (left !== null) await endServer(left.pid, place.cluster, log);
  rmSync(postmasterFilePath(place.cluster), { force: true });
  for (const name of readdirSync(place.socketFolder)) {
    if (name.startsWith('.s.PGSQL.')) rmSync(join(place.socketFolder, name), { force: true });
  }
};

const STEPS = [
  ['SIGINT', FAST_STOP_MS],
  ['SIGQUIT', IMMEDIATE_STOP_MS],
  ['SIGKILL', IMMEDIATE_STOP_MS],
] as const;

const LOOK_EVERY_MS = 10;

const endServer = async (pid: number, cluster: string, log: Log): Promise<void> => {
  for (const [signal, patience] of STEPS) {
    if (!isPostmasterOf(pid, cluster)) return;
    log.warn({ pid, signal }, 'stopping the database server that an earlier run left behind');
    process.kill(pid, signal);
    const deadline = Date.now() + patience;
    while (isPostmasterOf(pid, cluster) && Date.now() < deadline) await wait(LOOK_EVERY_MS);
  }
  if (isPostmasterOf(pid, cluster)) {
    throw new Error(`The database server of an earlier run (process ${pid}) does not stop. Stop it, then start again.`);
  }
};
