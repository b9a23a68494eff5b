import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { BackupError, type TableHeader } from './backup-format.ts';
import { quoted } from './sql-names.ts';

/** Rows on their way into one table. Whatever the server has against them is thrown by the next call. */
export class TableCopy {
  readonly #table: string;
  readonly #stream: CopyStreamQuery;
  /** Never resolves. */
  readonly #failure: Promise<never>;
  #hasFailed = false;

  constructor(client: ClientBase, { table, columns }: TableHeader) {
    this.#table = table;
    const stream = copyFrom(`copy ${quoted(table)} (${columns.map(quoted).join(', ')}) from stdin`);
    this.#failure = new Promise((_, reject) => {
      stream.on('error', (cause) => {
        this.#hasFailed = true;
        reject(new BackupError(`Table "${table}" does not take the rows of the backup: ${cause.message}`, { cause }));
      });
    });
    // It may come while nobody waits.
    this.#failure.catch(() => undefined);
    this.#stream = client.query(stream);
  }

  /** Waits while the server takes no more. */
  async write(rows: Buffer): Promise<void> {
    if (this.#hasFailed) await this.#failure;
    if (!this.#stream.write(rows)) await Promise.race([once(this.#stream, 'drain'), this.#failure]);
  }

  /** Waits until the server has taken them all, and holds it to their number. */
  async end(rows: number): Promise<void> {
    if (this.#hasFailed) await this.#failure;
    this.#stream.end();
    await Promise.race([finished(this.#stream), this.#failure]);
    if (this.#stream.rowCount !== rows) {
      throw new BackupError(`The server took ${this.#stream.rowCount} of ${rows} rows of table "${this.#table}".`);
    }
  }

  /** Takes back what is under way; the transaction can only be rolled back then. */
  async abort(): Promise<void> {
    if (this.#hasFailed || this.#stream.destroyed) return;
    this.#stream.destroy(new Error('the restore was given up'));
    await finished(this.#stream).catch(() => undefined);
  }
}
