import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What both files of a journal have at most, in bytes: some 80,000 requests. */
const JOURNAL_MAX_BYTES = 8 * 1024 * 1024;
/** What is older than any request may become says nothing. */
const KEPT_MS = 31 * 24 * 60 * 60 * 1_000;

/**
 * What was begun, in a file that only grows, so that a bridge which was killed knows of it when it is started again. A file
 * that is half of what may be kept is put aside as the older one, in whose place it comes. Several bridges of one agent may
 * write to the same journal.
 */
export class Journal {
  readonly #file: string;
  readonly #maxBytes: number;
  /** Lines are written one after the other. */
  #written: Promise<void> = Promise.resolve();

  constructor(file: string, maxBytes: number = JOURNAL_MAX_BYTES) {
    this.#file = file;
    this.#maxBytes = maxBytes;
  }

  /** Makes the folder, and removes what is too old to matter. Throws where nothing can be written. */
  async open(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    for (const file of this.#files) {
      const found = await stat(file).catch(() => null);
      if (found && Date.now() - found.mtimeMs > KEPT_MS) await rm(file, { force: true });
    }
    await this.#append('');
  }

  /** Writes down that the request is begun. It is on the disk when this resolves. */
  begin(id: string): Promise<void> {
    const written = this.#written.then(() => this.#append(`\n${id} ${new Date().toISOString()}`));
    this.#written = written.catch(() => {});
    return written;
  }

  /** Whether the request was begun, by this bridge or one before it. */
  async has(id: string): Promise<boolean> {
    for (const file of this.#files) {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      if (text.includes(`\n${id} `)) return true;
    }
    return false;
  }

  get #older(): string {
    return `${this.#file}.old`;
  }

  get #files(): readonly string[] {
    return [this.#older, this.#file];
  }

  /** Opened for each line: another bridge may have put the file aside meanwhile. */
  async #append(line: string): Promise<void> {
    const handle = await open(this.#file, 'a', 0o600);
    try {
      await handle.write(line);
      await handle.datasync();
      const { size, ino } = await handle.stat();
      if (size <= this.#maxBytes / 2) return;
      const current = await stat(this.#file).catch(() => null);
      if (current?.ino === ino) await rename(this.#file, this.#older);
    } finally {
      await handle.close();
    }
  }
}
