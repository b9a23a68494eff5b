import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  type BackupHeader,
  damaged,
  END_OF_ROWS,
  LINE_MAX_BYTES,
  notABackup,
  parseHeader,
  parseLine,
  type TableHeader,
} from './backup-format.ts';

/** What a backup consists of, in its order. Rows come in pieces that end anywhere. */
export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: TableHeader }
  | { readonly kind: 'rows'; readonly bytes: Buffer }
  | { readonly kind: 'end of table'; readonly table: string; readonly rows: number };

const CHUNK_BYTES = 262_144;
const NEWLINE = 10;
const GZIP = Buffer.from([0x1f, 0x8b]);
/** The end of the rows where at least one row stands before it. */
const END_AFTER_ROW = Buffer.concat([Buffer.from('\n'), END_OF_ROWS]);

/**
 * Reads a backup piece by piece, in bounded memory. Throws a BackupError as soon as something is wrong with it; it has
 * been read whole, and is whole, only when this has come to its end.
 */
export async function* readBackup(file: AsyncIterable<Buffer>): AsyncGenerator<BackupPart> {
  const parser = new BackupParser();
  for await (const bytes of unzipped(file)) yield* parser.take(bytes);
  parser.end();
}

/** The content of a gzip stream, which has to be whole and has to be all there is. */
async function* unzipped(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begin = Buffer.alloc(0);
  let size = 0;
  async function* measured() {
    for await (const chunk of file) {
      if (size < CHUNK_BYTES && begin.length < 1_024) begin = Buffer.concat([begin, chunk.subarray(0, 1_024)]);
      size += chunk.length;
      yield chunk;
    }
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const source = Readable.from(measured(), { objectMode: false });
  source.once('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    if (size === 0) throw damaged('it is empty');
    if (begin.length < GZIP.length || !begin.subarray(0, GZIP.length).equals(GZIP)) throw notABackup(begin.toString());
    throw damaged(error.code === 'Z_BUF_ERROR' ? 'it is cut off' : 'its compressed data are not as written', error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (size === 0) throw damaged('it is empty');
  if (gunzip.bytesWritten < size) throw damaged('something stands after its end');
}

const isOfZlib = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');

/** Finds the lines and the rows in a backup's content, and checks that everything is there and as it was written. */
class BackupParser {
  readonly #hash = createHash('sha256');
  readonly #rows = new Map<string, number>();
  #rest: Buffer = Buffer.alloc(0);
  #header: BackupHeader | null = null;
  /** The table whose rows are being read. */
  #table: { readonly name: string; rows: number; isAtLineStart: boolean } | null = null;
  #counts: Readonly<Record<string, number>> | null = null;
  #isComplete = false;

  *take(bytes: Buffer): Generator<BackupPart> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const before = this.#rest.length;
      if (this.#table === null) yield* this.#takeLine();
      else yield* this.#takeRows(this.#table);
      if (this.#rest.length === before) return;
    }
  }

  /** Throws unless everything was there. */
  end(): void {
    if (this.#header === null) throw notABackup(this.#rest.toString('utf8', 0, LINE_MAX_BYTES));
    if (this.#table !== null) {
      throw damaged(`it is cut off in table "${this.#table.name}", after ${this.#table.rows} rows`);
    }
    if (!this.#isComplete) throw damaged('it is cut off between two tables');
  }

  *#takeLine(): Generator<BackupPart> {
    if (this.#rest.length === 0) return;
    if (this.#isComplete) throw damaged('something stands after its last line');
    const end = this.#rest.indexOf(NEWLINE);
    if (end < 0 && this.#rest.length <= LINE_MAX_BYTES) return;
    if (end < 0 || end > LINE_MAX_BYTES) {
      if (this.#header === null) throw notABackup(this.#rest.toString('utf8', 0, LINE_MAX_BYTES));
      throw damaged('a line that should name a table is too long');
    }
    const line = this.#rest.subarray(0, end + 1);
    this.#rest = this.#rest.subarray(end + 1);
    const text = line.toString('utf8', 0, end);
    if (this.#header === null) {
      this.#header = parseHeader(text);
      yield { kind: 'header', header: this.#header };
    } else {
      const content = parseLine(text);
      if ('sha256' in content) return this.#complete(content.sha256);
      if (this.#counts !== null) throw damaged('something stands between its last two lines');
      if ('rows' in content) {
        this.#checkCounts(content.rows);
      } else {
        if (this.#rows.has(content.table)) throw damaged(`table "${content.table}" is in it twice`);
        this.#rows.set(content.table, 0);
        this.#table = { name: content.table, rows: 0, isAtLineStart: true };
        yield { kind: 'table', table: content };
      }
    }
    this.#hash.update(line);
  }

  *#takeRows(table: { readonly name: string; rows: number; isAtLineStart: boolean }): Generator<BackupPart> {
    const { rest, end } = this.#rowsIn(table.isAtLineStart);
    const rows = this.#rest.subarray(0, end);
    if (rows.length > 0) {
      this.#hash.update(rows);
      table.rows += linesIn(rows);
      table.isAtLineStart = rows.at(-1) === NEWLINE;
      yield { kind: 'rows', bytes: rows };
    }
    this.#rest = this.#rest.subarray(rest);
    if (rest === end) return;
    this.#hash.update(END_OF_ROWS);
    this.#rows.set(table.name, table.rows);
    this.#table = null;
    yield { kind: 'end of table', table: table.name, rows: table.rows };
  }

  /** Up to where there are rows, and where what follows them begins: further on only if the table has ended. */
  #rowsIn(isAtLineStart: boolean): { readonly end: number; readonly rest: number } {
    const bytes = this.#rest;
    if (isAtLineStart && bytes.subarray(0, END_OF_ROWS.length).equals(END_OF_ROWS)) {
      return { end: 0, rest: END_OF_ROWS.length };
    }
    const found = bytes.indexOf(END_AFTER_ROW);
    if (found >= 0) return { end: found + 1, rest: found + END_AFTER_ROW.length };
    // The end may have begun in the last bytes; they wait for those that follow.
    const end = Math.max(0, bytes.length - END_OF_ROWS.length);
    return { end, rest: end };
  }

  #checkCounts(counts: Readonly<Record<string, number>>): void {
    for (const name of new Set([...Object.keys(counts), ...this.#rows.keys()])) {
      const [is, should] = [this.#rows.get(name), counts[name]];
      if (is !== should)
        throw damaged(`table "${name}" has ${is ?? 'no'} rows in it, and should have ${should ?? 'none'}`);
    }
    this.#counts = counts;
  }

  #complete(sha256: string): void {
    if (this.#counts === null) throw damaged('the line with the number of rows is missing');
    if (this.#hash.digest('hex') !== sha256) throw damaged('its content is not what was written (SHA-256)');
    this.#isComplete = true;
  }
}

/** How many lines end in it. */
export const linesIn = (bytes: Buffer): number => {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};
