import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  save(platform: string, kept: KeptCheckpoint): Promise<void>;
}

/** Keeps checkpoints for as long as the process lives. */
export function memoryCheckpoints(): CheckpointStore {
  const kept = new Map<string, KeptCheckpoint>();
  return {
    load: async (platform) => kept.get(platform) ?? null,
    save: async (platform, checkpoint) => void kept.set(platform, checkpoint),
  };
}

/**
 * Keeps checkpoints in a folder, which is made where there is none: a file for each platform, which only its user may read and which is
 * written whole or not at all.
 */
export function fileCheckpoints(folder: string): CheckpointStore {
  const fileOf = (platform: string) => join(folder, `${nameOf(platform)}.json`);
  return {
    async load(platform) {
      const file = fileOf(platform);
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
      return parsed(file, text);
    },
    async save(platform, kept) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(platform);
      const beside = `${file}.${randomBytes(6).toString('hex')}.new`;
      try {
        await writeFile(beside, `${JSON.stringify({ platform, ...kept }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
        await rename(beside, file);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
  };
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
  throw new Error(`${file} is no checkpoint that was kept. Move it away to begin anew.`);
}
