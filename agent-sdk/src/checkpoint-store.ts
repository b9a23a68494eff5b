import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { whileLocked } from './file-lock.ts';
import { hash } from './hash.ts';

/** What is kept of a platform's audit trail, so that whatever it shows later can be held to it. */
export interface KeptCheckpoint {
  /** The last checkpoint that was seen and found right: a signed note, as C2SP has it (tlog-checkpoint). */
  readonly note: string;
  /** The verifier keys that are trusted to have signed it. */
  readonly keys: readonly string[];
  /** When the platform was last found to be right; an RFC 3339 instant. */
  readonly checkedAt: string;
}

/** Where checkpoints are kept: one for each platform, by its address. Several processes may share one. */
export interface CheckpointStore {
  /** Null where none is kept. */
  load(platform: string): Promise<KeptCheckpoint | null>;
  /**
   * Keeps it in the place of the one whose note `replaces` is, null for none, or of whichever is there where that is left out. Where another
   * one is kept by now, that one stays, and the answer is false: of two processes that are shown something at once the later one would
   * replace what it has not compared. A store that only one process has may leave that out, and answer nothing.
   */
  save(platform: string, kept: KeptCheckpoint, replaces?: string | null): Promise<unknown>;
}

const isAnother = (kept: KeptCheckpoint | null, replaces: string | null | undefined): boolean =>
  replaces !== undefined && (kept?.note ?? null) !== replaces;

/** Keeps checkpoints for as long as the process lives. */
export function memoryCheckpoints(): CheckpointStore {
  const kept = new Map<string, KeptCheckpoint>();
  return {
    load: async (platform) => kept.get(platform) ?? null,
    async save(platform, checkpoint, replaces) {
      if (isAnother(kept.get(platform) ?? null, replaces)) return false;
      kept.set(platform, checkpoint);
      return true;
    },
  };
}

/**
 * Keeps checkpoints in a folder, which is made where there is none: a file for each platform, which only its user may read and which is
 * written whole or not at all.
 */
export function fileCheckpoints(folder: string): CheckpointStore {
  const fileOf = (platform: string) => join(folder, `${nameOf(platform)}.json`);
  const load = async (platform: string): Promise<KeptCheckpoint | null> => {
    await checkFolder(folder);
    const file = fileOf(platform);
    const text = await ownText(file);
    return text === null ? null : parsed(file, text);
  };
  return {
    load,
    async save(platform, kept, replaces) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(platform);
      const beside = `${file}.${randomBytes(6).toString('hex')}.new`;
      try {
        await writeThrough(beside, `${JSON.stringify({ platform, ...kept }, null, 2)}\n`);
        return await whileLocked(`${file}.lock`, {
          isDue: async () => !isAnother(await load(platform), replaces),
          write: () => rename(beside, file),
        });
      } finally {
        await rm(beside, { force: true });
      }
    },
  };
}

/** Of more than that nothing was kept here. */
const FILE_MAX_BYTES = 1_048_576;
/** Its group, too: who is in it is not known here. */
const OTHERS_WRITE = 0o022;
/** In such a folder nobody removes what is somebody else's. */
const STICKY = 0o1000;

/** Whether others than its user, or root, can have written it. */
function isOthers({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean {
  const own = process.getuid?.();
  return own !== undefined && (![own, 0].includes(uid) || (mode & OTHERS_WRITE) !== 0);
}

const noneThere = (error: unknown): null => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
};

/** Whoever may write into it takes what is kept away, and the next key that is met is trusted. */
async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(noneThere);
  if (found === null) return;
  const { uid, mode } = found;
  if (isOthers({ uid, mode: (mode & STICKY) === 0 ? mode : 0 }))
    throw new Error(
      `Others on this machine may write into ${folder}, where checkpoints are kept: chmod go-w ${folder} (of a volume with an fsGroup, take a folder below and OnRootMismatch)`,
    );
}

/**
 * What is in a file that only its user, or root, can have written: it says which keys are trusted. Null where there is none.
 */
async function ownText(file: string): Promise<string | null> {
  // A pipe would be waited for without end.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = await open(file, flags).catch(noneThere);
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (isOthers(found))
      throw new Error(`${file} may have been written by others on this machine. Move it away to begin anew.`);
    if (!found.isFile() || found.size > FILE_MAX_BYTES) throw notKept(file);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** On the disk once it resolves: what takes the place of another file by its name is whole by then, also where the power fails. */
async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One that people recognize, and no two platforms have. */
const nameOf = (platform: string): string => {
  const shown = platform
    .replace(/^https?:\/\//, '')
    .replaceAll(/[^A-Za-z0-9.-]+/g, '_')
    .slice(0, 80);
  return `${shown}-${hash('sha256', platform, 'buffer').toString('hex', 0, 8)}`;
};

function parsed(file: string, text: string): KeptCheckpoint {
  try {
    const { note, keys, checkedAt } = JSON.parse(text);
    const isWhole = typeof note === 'string' && typeof checkedAt === 'string' && Array.isArray(keys);
    if (isWhole && keys.every((key) => typeof key === 'string')) return { note, keys, checkedAt };
  } catch {}
  throw notKept(file);
}

const notKept = (file: string): Error =>
  new Error(`${file} is no checkpoint that was kept. Move it away to begin anew.`);
