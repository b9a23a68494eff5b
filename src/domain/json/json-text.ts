import type { JsonObject, JsonValue } from './json.ts';
import type { JsonProblem } from './json-problem.ts';

/** Stands in a JSON text for one that is put in its place. Made anew by each process and told to nobody. */
export const MARK = `json ${crypto.randomUUID()}`;

/** What was marked while `stringifyJson` is at work; null while it is not. */
let marked: string[] | null = null;

/**
 * A JSON value as the text that was accepted: what is stored, delivered and answered is this text, token by token,
 * because a rendering of the value would have its members in another order and its numbers written in another way.
 */
export class JsonText<Value = JsonValue> {
  /** Without white space, and without an escape that is not needed. */
  readonly text: string;
  /** What keeps it from being accepted; paths begin below it. */
  readonly problems: readonly JsonProblem[];
  #value: Value | undefined;

  /** For what was accepted before. What strangers send is read by JsonPart. */
  constructor(text: string, problems: readonly JsonProblem[] = [], value?: Value) {
    this.text = text;
    this.problems = problems;
    this.#value = value;
  }

  /** The text of a value that is ours. */
  static of<Value = JsonValue>(value: Value): JsonText<Value> {
    return new JsonText(stringifyJson(value), [], value);
  }

  /** For whoever decides by it; parsed when it is first asked for. Not to be written out again. */
  get value(): Value {
    this.#value ??= JSON.parse(this.text) as Value;
    return this.#value;
  }

  /** Its size as it is kept, in UTF-8. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }

  /** Whether it is an object, by its text. */
  get isObject(): boolean {
    return this.text.startsWith('{');
  }

  toJSON(): unknown {
    if (marked === null) return this.value;
    marked.push(this.text);
    return MARK;
  }
}

/** What a value is when it is left out. */
export const NULL = new JsonText<JsonValue>('null');
/** What an object is when it is left out. */
export const EMPTY_OBJECT = new JsonText<JsonObject>('{}');

/** JSON.stringify, but each JsonText in the value is written as its text. */
export function stringifyJson(value: unknown): string {
  const outer = marked;
  const texts: string[] = [];
  marked = texts;
  try {
    const json = JSON.stringify(value) ?? 'null';
    return texts.length === 0 ? json : putIn(json, texts);
  } finally {
    marked = outer;
  }
}

const QUOTED_MARK = `"${MARK}"`;

/** The text with each MARK in it replaced by one of the others, in their order. */
export function putIn(json: string, texts: readonly string[]): string {
  let written = '';
  let from = 0;
  for (const text of texts) {
    const at = json.indexOf(QUOTED_MARK, from);
    if (at < 0) break;
    written += json.slice(from, at) + text;
    from = at + QUOTED_MARK.length;
  }
  return written + json.slice(from);
}
