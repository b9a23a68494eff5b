import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Duplex, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { syncFolder } from '../sync-folder.ts';
import { BackupError } from './backup-format.ts';

/** Holds hashes of keys, and what people asked of each other. */
const MODE = 0o600;

type WriteOptions = {
  /** Whether a file that is there is replaced, once the new one is whole. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
};

/** Throws, before anything is done, unless a backup could be written there. */
export const assertWritable = (file: string, { overwrite }: Pick<WriteOptions, 'overwrite'>): void => {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new BackupError(`There is no folder ${folder}.`);
  if (!existsSync(file)) return;
  if (!statSync(file).isFile()) throw new BackupError(`${file} is not a file: nothing is written there.`);
  if (!overwrite) throw new BackupError(`${file} is there already: name another file, or say --force to replace it.`);
};

/**
 * Writes the content, compressed, to a file that only its owner may read. It has another name until it is whole and on
 * the disk, so that nothing that looks like a backup is less than one.
 */
export const writeBackupFile = (content: AsyncIterable<Buffer>, file: string, options: WriteOptions): Promise<void> =>
  writeFileWhole(content, file, options, createGzip());

/** The same as it is, or through another stream. */
export const writeFileWhole = async (
  content: AsyncIterable<Buffer>,
  file: string,
  options: WriteOptions,
  ...through: readonly Duplex[]
): Promise<void> => {
  assertWritable(file, options);
  const partial = `${file}.${process.pid}.partial`;
  try {
    const target = createWriteStream(partial, { flags: 'wx', mode: MODE, flush: true });
    await pipeline([Readable.from(content), ...through, target], { signal: options.signal });
    putInPlace(partial, file, options);
    syncFolder(dirname(resolve(file)));
  } finally {
    rmSync(partial, { force: true });
  }
};

/** Writes the content, compressed, to a stream, which is ended. */
export const writeBackupTo = (
  content: AsyncIterable<Buffer>,
  target: Writable,
  { signal }: Pick<WriteOptions, 'signal'>,
): Promise<void> => pipeline(content, createGzip(), target, { signal });

const putInPlace = (partial: string, file: string, options: WriteOptions): void => {
  if (options.overwrite) {
    renameSync(partial, file);
    return;
  }
  try {
    // Unlike a rename it fails when somebody has made the file meanwhile.
    linkSync(partial, file);
  } catch (error) {
    if (existsSync(file)) assertWritable(file, options);
    // A file system without links.
    if (!isOneOf(error, ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])) throw error;
    renameSync(partial, file);
  }
};

const isOneOf = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** A backup that can be read as often as needed. */
export type BackupSource = {
  read(): AsyncIterable<Buffer>;
  /** Removes what was kept of it. */
  close(): void;
};

/** The file, which must be there. */
export const backupInFile = (file: string): BackupSource => {
  if (!existsSync(file)) throw new BackupError(`There is no file ${file}.`);
  if (!statSync(file).isFile()) throw new BackupError(`${file} is not a file. A backup from a pipe is read with "-".`);
  return { read: () => createReadStream(file), close: () => undefined };
};

/** What comes through a pipe: kept in a temporary file first, since it is checked to its end before it is restored. */
export const backupInStream = async (
  source: Readable,
  { signal }: Pick<WriteOptions, 'signal'>,
): Promise<BackupSource> => {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-restore-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  const file = join(folder, 'backup');
  try {
    await pipeline(source, createWriteStream(file, { flags: 'wx', mode: MODE }), { signal });
  } catch (error) {
    close();
    throw error;
  }
  return { read: () => createReadStream(file), close };
};
