/**
 * The format of a backup, version 1 (docs/operations/backup.md): a gzip stream of UTF-8 lines. The first tells what this
 * is, then each table has a line with its columns, its rows as PostgreSQL's COPY writes them in text, and `\.`. The last
 * two tell how many rows each table has, and the SHA-256 of everything before the very last.
 */
export const FORMAT = 'clawcierge-backup';
export const FORMAT_VERSION = 1;

/** After the last row of a table, as in psql's scripts; no row can look like it. */
export const END_OF_ROWS = Buffer.from('\\.\n');

/** A line of ours, not a row, is never longer. */
export const LINE_MAX_BYTES = 1_048_576;

export type BackupHeader = {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  /** The version of the platform that wrote it. */
  readonly platform: string;
  /** The version of the server that the rows are from. */
  readonly postgres: string;
  /** The schema that the tables are in; they may be restored into another. */
  readonly schema: string;
  /** The time of the server when the snapshot was taken. */
  readonly madeAt: string;
  /** The migrations that had run, in order: they say what the tables look like. */
  readonly migrations: readonly string[];
};

export type TableHeader = { readonly table: string; readonly columns: readonly string[] };
export type RowCounts = { readonly rows: Readonly<Record<string, number>> };
export type Checksum = { readonly sha256: string };

/** A file that is no backup, is damaged, or is one that this version cannot restore. The message is for an operator. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}

export const lineOf = (content: BackupHeader | TableHeader | RowCounts | Checksum): Buffer =>
  Buffer.from(`${JSON.stringify(content)}\n`);

/** Throws unless the first line is that of a backup in this format. */
export const parseHeader = (line: string): BackupHeader => {
  const content = objectIn(line);
  if (content?.format !== FORMAT) throw notABackup(line);
  if (content.version !== FORMAT_VERSION) {
    throw new BackupError(
      `The backup has format ${JSON.stringify(content.version)}, and this version of Clawcierge reads format ` +
        `${FORMAT_VERSION}: restore it with a version that is as new as the one which made it.`,
    );
  }
  const text = (name: string) => {
    const value = content[name];
    if (typeof value !== 'string') throw damaged(`its first line has no "${name}"`);
    return value;
  };
  const { migrations } = content;
  if (!areTexts(migrations)) throw damaged('its first line has no "migrations"');
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    platform: text('platform'),
    postgres: text('postgres'),
    schema: text('schema'),
    madeAt: text('madeAt'),
    migrations,
  };
};

/** What a line between tables says. */
export const parseLine = (line: string): TableHeader | RowCounts | Checksum => {
  const { table, columns, rows, sha256 } = objectIn(line) ?? {};
  if (typeof table === 'string' && areTexts(columns)) return { table, columns };
  if (typeof sha256 === 'string') return { sha256 };
  if (isObject(rows)) {
    return { rows: Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, Number(count)])) };
  }
  throw damaged('where a table should begin there is something else');
};

export const damaged = (how: string, cause?: unknown): BackupError =>
  new BackupError(`The backup is damaged: ${how}. Nothing was restored from it.`, { cause });

/** What is no backup at all; npm's own first line in front of one is told by name. */
export const notABackup = (begin: string): BackupError =>
  new BackupError(
    /^\s*> \S+@\S+ backup/.test(begin)
      ? 'The file begins with what npm prints: make it again with "npm run --silent backup -- -".'
      : 'The file is not a backup of Clawcierge.',
  );

const objectIn = (line: string): Record<string, unknown> | null => {
  try {
    const content: unknown = JSON.parse(line);
    return isObject(content) ? content : null;
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
