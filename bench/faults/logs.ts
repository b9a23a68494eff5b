import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** What processes log, in a file each, where somebody wants it. */
export class Logs {
  readonly #folder: string | undefined;
  readonly #files: WriteStream[] = [];

  constructor(folder: string | undefined) {
    this.#folder = folder;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  get areKept(): boolean {
    return this.#folder !== undefined;
  }

  /** Takes what the process of that name says, line by line. */
  of(name: string): (line: string) => void {
    if (this.#folder === undefined) return () => {};
    const file = createWriteStream(join(this.#folder, `${name}.log`));
    this.#files.push(file);
    return (line) => void file.write(`${line}\n`);
  }

  end(): void {
    for (const file of this.#files) file.end();
  }
}
