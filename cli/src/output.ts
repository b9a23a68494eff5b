import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';

/** What a stream must say of itself. */
type Stream = Pick<Writable, 'write'> & { readonly isTTY?: boolean | undefined; readonly columns?: number };

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const SGR: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
const ESCAPE = String.fromCharCode(27);
/** Control characters but for line breaks and tabs, and what turns the direction of writing. */
const CONTROLS = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;
/** By this the colours of the program itself are known from those in what others wrote: nobody can guess it. */
const OWN = randomUUID();
const OWN_COLOUR = new RegExp(`${OWN}\\[(\\d+m)`, 'g');

/** What others wrote may not move the cursor, colour what follows, retitle the window or hide a line. */
const withoutControls = (text: string) => text.replace(CONTROLS, '').replace(OWN_COLOUR, `${ESCAPE}[$1`);

export interface OutputOptions {
  /** Whether stdout gets one JSON object a line in place of text for people. */
  readonly isJson: boolean;
  /** Whether errors are shown with their stack. */
  readonly isDebug?: boolean;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
  readonly env?: NodeJS.ProcessEnv;
}

/** What the program says: data to stdout, talk to stderr. */
export class Output {
  readonly isJson: boolean;
  readonly isDebug: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #env: NodeJS.ProcessEnv;
  #hasProgress = false;

  constructor({ isJson, isDebug = false, stdout = process.stdout, stderr = process.stderr, env }: OutputOptions) {
    this.isJson = isJson;
    this.isDebug = isDebug;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#env = env ?? process.env;
  }

  /** Whether somebody looks at what is said. */
  get isWatched(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** One answer: the value as a line of JSON, or the text for people; null where they need none. */
  data(value: object, text: string | null): void {
    this.endProgress();
    if (this.isJson) this.#stdout.write(`${JSON.stringify(value)}\n`);
    else if (text !== null) this.#stdout.write(`${withoutControls(text)}\n`);
  }

  /** What was found: a line of JSON each, or one for each in a table; where it is nothing, people are told so. */
  list<Item extends object>(
    items: readonly Item[],
    { rowOf, none }: { readonly rowOf: (item: Item) => readonly string[]; readonly none: string },
  ): void {
    if (this.isJson) for (const item of items) this.data(item, null);
    else if (items.length > 0) this.data({}, table(items.map(rowOf)));
    else this.say(none);
  }

  /** A line of talk. */
  say(text: string): void {
    this.endProgress();
    this.#stderr.write(`${withoutControls(text)}\n`);
  }

  /** How far it is: the last line, written over by the next one. Said only where somebody looks at it. */
  progress(text: string): void {
    if (!this.isWatched) return;
    const [line = ''] = withoutControls(text).split('\n');
    // What goes on in a second line could not be written over.
    this.#stderr.write(`\r${ESCAPE}[2K${line.slice(0, (this.#stderr.columns ?? 80) - 1)}`);
    this.#hasProgress = true;
  }

  /** Takes the line of progress away. */
  endProgress(): void {
    if (this.#hasProgress) this.#stderr.write(`\r${ESCAPE}[2K`);
    this.#hasProgress = false;
  }

  /** The text in a colour, where stdout (or `stderr`) shows any. */
  paint(colour: Colour, text: string, to: 'stdout' | 'stderr' = 'stdout'): string {
    const isColoured = this.#isColoured(to === 'stdout' ? this.#stdout : this.#stderr);
    return isColoured ? `${OWN}[${SGR[colour]}m${text}${OWN}[0m` : text;
  }

  /** https://no-color.org and https://force-color.org */
  #isColoured(stream: Stream): boolean {
    const { NO_COLOR, FORCE_COLOR, TERM } = this.#env;
    if (NO_COLOR) return false;
    if (FORCE_COLOR) return FORCE_COLOR !== '0';
    return stream.isTTY === true && TERM !== 'dumb';
  }
}

/** Rows below each other, the columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const lineOf = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => lineOf(row).trimEnd()).join('\n');
}
