import { readFile, stat } from 'node:fs/promises';
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { UsageError } from './errors.ts';

/** Something that is wrong with a file, and where. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The member that it is about, as in `capabilities.0.action`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The contract of a capability, or a rule, may not take more: the platform's own bound is below it. */
const MAX_BYTES = 1024 * 1024;

/** A file of JSON or YAML that knows where each of its members is. */
export class DocumentFile {
  readonly file: string;
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #lines: LineCounter;

  private constructor(file: string, document: ReturnType<typeof parseDocument>, lines: LineCounter) {
    this.file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** Throws a UsageError where there is no such file, or it is too large. */
  static async read(file: string): Promise<DocumentFile> {
    let text: string;
    try {
      const { size } = await stat(file);
      if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_BYTES} are read`);
      text = await readFile(file, 'utf8');
    } catch (error) {
      throw unreadable(file, error);
    }
    const lines = new LineCounter();
    return new DocumentFile(file, parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
  }

  /** What keeps it from being JSON or YAML. */
  syntaxProblems(): readonly Problem[] {
    return this.#document.errors.map(({ pos, message }) => this.#problem(pos[0], '', message));
  }

  /** Its value. Only for what has no problems of syntax. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: 100 });
  }

  /** A problem at the member of that path, or where the deepest member on the way to it is. */
  problemAt(path: readonly string[], message: string): Problem {
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? 0;
    const names: string[] = [];
    let rest = path;
    while (rest.length > 0) {
      const step = stepInto(node, rest);
      if (step === null) break;
      offset = step.offset ?? offset;
      node = step.node;
      names.push(step.name);
      rest = rest.slice(step.taken);
    }
    return this.#problem(offset, [...names, ...rest].join('.'), message);
  }

  #problem(offset: number, path: string, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  }
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
  /** What the file calls it. */
  readonly name: string;
  /** How many parts of the path it took: the name of a member may have dots in it. */
  readonly taken: number;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);

function stepInto(node: unknown, path: readonly string[]): Step | null {
  if (isSeq(node)) {
    const item = node.items[Number(path[0])];
    return item === undefined ? null : { node: item, offset: startOf(item), name: path[0] ?? '', taken: 1 };
  }
  if (!isMap(node)) return null;
  for (let taken = path.length; taken > 0; taken -= 1) {
    const pair = pairOf(node, path.slice(0, taken).join('.'));
    if (pair) return { node: pair.value, offset: startOf(pair.key), name: String((pair.key as Scalar).value), taken };
  }
  return null;
}

const pairOf = (map: YAMLMap, name: string) =>
  map.items.find(({ key }) => isScalar(key) && (key.value === name || snake(String(key.value)) === snake(name)));

/** A file of the command line that cannot be read. */
export const unreadable = (file: string, error: unknown): UsageError => {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return new UsageError(
    isMissing ? `There is no file ${file}.` : `${file} cannot be read: ${(error as Error).message}.`,
  );
};

/** `paramsSchema` as `params_schema`. */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `params_schema` as `paramsSchema`. */
export const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
