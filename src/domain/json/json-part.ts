import type { JsonValue } from './json.ts';
import type { JsonProblem } from './json-problem.ts';
import { JsonText } from './json-text.ts';
import { decodeString, endOfSpace, endOfString, endOfValue, isSpace } from './json-tokens.ts';
import { READ_DEPTH_MAX, scanJson } from './scan-json.ts';

const QUOTE = 34;
const BYTE_ORDER_MARK = '\ufeff';
/** What is cut out of a longer text than this is copied, so that it does not keep all of it in memory. */
const KEPT_WHOLE_MAX = 4_096;

type Place = {
  /** Where the member begins whose value it is: at its name. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
};

/** What is known of all parts of one text. */
type Source = { readonly text: string; readonly isCompact: boolean };

/**
 * A value in a JSON text that somebody sent, with the way to the values in it: for readers that know which of them are
 * to be kept as they were written.
 */
export class JsonPart {
  /** What breaks I-JSON in it; paths begin below it, offsets at the beginning of the text. */
  readonly problems: readonly JsonProblem[];
  readonly #source: Source;
  readonly #place: Place;
  #value: unknown;
  #members: ReadonlyMap<string, JsonPart> | null = null;

  private constructor(source: Source, place: Place, problems: readonly JsonProblem[], value?: unknown) {
    this.#source = source;
    this.#place = place;
    this.problems = problems;
    this.#value = value;
  }

  /**
   * Reads what a stranger sent. Throws JsonSyntaxError, also where more levels are open; what breaks I-JSON is among the
   * problems.
   */
  static read(text: string, levels = READ_DEPTH_MAX): JsonPart {
    // RFC 8259 section 8.1 lets a reader ignore it.
    const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    const { problems, isCompact } = scanJson(json, levels);
    return JsonPart.#whole(json, isCompact, problems);
  }

  /** A text that is known to be JSON, such as one that was stored. */
  static known(text: string): JsonPart {
    return JsonPart.#whole(text, true, []);
  }

  static #whole(text: string, isCompact: boolean, problems: readonly JsonProblem[]): JsonPart {
    const start = endOfSpace(text, 0);
    return new JsonPart({ text, isCompact }, { from: start, start, end: text.length }, problems);
  }

  get value(): unknown {
    this.#value ??= JSON.parse(this.#slice());
    return this.#value;
  }

  /** How many characters it has, as it was sent. */
  get length(): number {
    return this.#place.end - this.#place.start;
  }

  get isObject(): boolean {
    return this.#source.text.charAt(this.#place.start) === '{';
  }

  get isList(): boolean {
    return this.#source.text.charAt(this.#place.start) === '[';
  }

  get isNull(): boolean {
    return this.#source.text.charAt(this.#place.start) === 'n';
  }

  /** The members of an object by their names; none of anything else. */
  get members(): ReadonlyMap<string, JsonPart> {
    this.#members ??= this.#readMembers();
    return this.#members;
  }

  /** The items of a list; none of anything else. */
  get items(): readonly JsonPart[] {
    return this.#readItems();
  }

  /** Whether a problem of the text stands in this part. */
  holds({ offset }: JsonProblem): boolean {
    return offset >= this.#place.from && offset < this.#place.end;
  }

  /** As it is kept. */
  toText<Value = JsonValue>(): JsonText<Value> {
    const { text, isCompact } = this.#source;
    const kept = isCompact ? this.#slice() : compact(text, this.#place);
    const isPieceOfMuch = text.length > KEPT_WHOLE_MAX && kept.length < text.length / 2;
    return new JsonText(isPieceOfMuch ? copyOf(kept) : kept, this.problems, this.#value as Value | undefined);
  }

  #slice(): string {
    return this.#source.text.slice(this.#place.start, this.#place.end);
  }

  #readMembers(): ReadonlyMap<string, JsonPart> {
    const members = new Map<string, JsonPart>();
    if (!this.isObject) return members;
    const { text } = this.#source;
    for (let at = endOfSpace(text, this.#place.start + 1); text.charCodeAt(at) === QUOTE; ) {
      const end = endOfString(text, at);
      const token = text.slice(at, end);
      const name = token.includes('\\') ? decodeString(token) : token.slice(1, -1);
      const start = endOfSpace(text, endOfSpace(text, end) + 1);
      const place = { from: at, start, end: endOfValue(text, start) };
      members.set(name, this.#part(name, place));
      at = endOfSpace(text, endOfSpace(text, place.end) + 1);
    }
    return members;
  }

  #readItems(): readonly JsonPart[] {
    const items: JsonPart[] = [];
    if (!this.isList) return items;
    const { text } = this.#source;
    let start = endOfSpace(text, this.#place.start + 1);
    while (text.charAt(start) !== ']') {
      const place = { from: start, start, end: endOfValue(text, start) };
      items.push(this.#part(items.length, place));
      const after = endOfSpace(text, place.end);
      if (text.charAt(after) === ']') break;
      start = endOfSpace(text, after + 1);
    }
    return items;
  }

  #part(key: string | number, place: Place): JsonPart {
    // Most texts have none.
    const problems = this.problems.length === 0 ? this.problems : this.problems.flatMap((each) => within(place, each));
    const value = this.#value === undefined ? undefined : Reflect.get(Object(this.#value), key);
    return new JsonPart(this.#source, place, problems, value);
  }
}

/** The problem as one of the part at that place, if it is one. */
const within = ({ from, end }: Place, problem: JsonProblem): readonly JsonProblem[] =>
  problem.offset >= from && problem.offset < end ? [{ ...problem, path: problem.path.slice(1) }] : [];

/** The text there without white space, with its strings written as JSON.stringify writes them. */
function compact(text: string, { start, end }: Place): string {
  let kept = '';
  let from = start;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const after = endOfString(text, at);
      const token = text.slice(at, after);
      if (token.includes('\\')) {
        kept += text.slice(from, at) + JSON.stringify(decodeString(token));
        from = after;
      }
      at = after;
    } else if (isSpace(code)) {
      kept += text.slice(from, at);
      at = endOfSpace(text, at);
      from = at;
    } else at += 1;
  }
  return kept + text.slice(from, end);
}

/** The same text in memory of its own. */
const copyOf = (text: string): string => Buffer.from(text).toString();
