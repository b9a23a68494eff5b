import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { hash } from './hash.ts';

/** Whoever looks so often and finds the same lock takes its maker for ended. */
const LOOKS_MAX = 100;
const LOOK_AGAIN_MS = 20;
/** Half of what the looks take at least: what is begun until then is done before anybody else has the lock. */
const LOCKED_MAX_MS = (LOOKS_MAX * LOOK_AGAIN_MS) / 2;

type Work = {
  /** Whether there is anything to write, as things are by now. */
  isDue(): Promise<boolean>;
  /** Is done within moments. */
  write(): Promise<unknown>;
};

/**
 * Writes while no other process does, which says so by a file; answers whether it was due. Whoever was stopped for so long that others
 * take it for ended writes nothing, and waits again.
 *
 * Nobody removes the lock of a process that has ended in order to take it: of several who do, a later one removes what the first has just
 * made. The next lock is made behind it, under a name that only that one has, and whoever has made it removes both, the first one first.
 */
export async function whileLocked(lock: string, { isDue, write }: Work): Promise<boolean> {
  const looks = new Looks();
  for (;;) {
    const since = performance.now();
    const isLocked = () => performance.now() - since < LOCKED_MAX_MS;
    const files = await lockedBy(lock, looks);
    try {
      if (files !== null && !(await isDue())) return false;
      if (files !== null && isLocked()) {
        await write();
        return true;
      }
    } finally {
      // Later somebody may have made one behind it, which counts only as long as this one is there.
      if (isLocked()) for (const file of files ?? []) await rm(file, { force: true });
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
}

/** How often what is the same was seen. */
class Looks {
  readonly #count = new Map<string, number>();

  areEnough(made: string): boolean {
    const count = (this.#count.get(made) ?? 0) + 1;
    this.#count.set(made, count);
    return count > LOOKS_MAX;
  }
}

/** The lock that was made here, behind those of processes that have ended: all of them, the first one first. Null where another one has it. */
async function lockedBy(lock: string, looks: Looks): Promise<readonly string[] | null> {
  const files = [lock];
  let first: string | null = null;
  for (let file = lock; ; files.push(file)) {
    if (await isMade(file)) {
      // Where that one is gone, whoever was behind it is done, and another one may be there.
      if (first === null || (await madeIn(lock)) === first) return files;
      await rm(file, { force: true });
      return null;
    }
    const made = await madeIn(file);
    if (made === null || !looks.areEnough(`${file} ${made}`)) return null;
    first ??= made;
    file = `${lock}.${hash('sha256', made, 'buffer').toString('hex', 0, 8)}`;
  }
}

async function isMade(file: string): Promise<boolean> {
  try {
    await writeFile(file, randomBytes(12).toString('hex'), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Which lock it is, and no other one: what its maker wrote, and when, since there is nothing in it until that is written. Null where it is gone. */
async function madeIn(file: string): Promise<string | null> {
  try {
    return `${await readFile(file, 'utf8')} ${(await stat(file)).mtimeMs}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
