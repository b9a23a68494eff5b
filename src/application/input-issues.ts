import type { TObject } from 'typebox';
import { type InputIssue, InvalidInputError } from '../domain/errors.ts';
import { fieldsOf } from '../domain/fields.ts';
import { type JsonPath, pathText } from '../domain/json/json-problem.ts';
import { JsonText } from '../domain/json/json-text.ts';
import type { Enforcement } from './ports/enforcement.ts';

type TextBounds = {
  readonly min?: number;
  readonly max: number;
  readonly multiline?: boolean;
  readonly isName?: boolean;
};

/**
 * Collects everything that is wrong with an input, so that all of it is answered at once. Paths are relative to the
 * input; the answer's start with `input.`.
 */
export class InputIssues {
  readonly #issues: InputIssue[] = [];

  add(path: string, message: string): void {
    this.#issues.push({ path: `input.${path}`, message });
  }

  addAll(issues: readonly InputIssue[]): void {
    for (const { path, message } of issues) this.add(path, message);
  }

  /** What breaks I-JSON, each with its own path. Answers whether there is none. */
  json(path: string, json: JsonText): boolean {
    this.addAll(issuesOf([path], json));
    return json.problems.length === 0;
  }

  /** JSON that one request carries: I-JSON, and within the bounds of payloads. */
  payload(path: string, json: JsonText, enforcement: Pick<Enforcement, 'checkPayload'>): void {
    if (this.json(path, json)) this.addAll(enforcement.checkPayload(path, json.value, json.bytes));
  }

  /**
   * Text for people: bounded, well-formed Unicode, without control characters (line breaks and tabs if multiline); a
   * name without any that cannot be seen.
   */
  text(path: string, value: string, { min = 1, max, multiline = false, isName = false }: TextBounds): void {
    const problem = problemOfText(value, { min, max, multiline, isName });
    if (problem !== null) this.add(path, problem);
  }

  /**
   * Texts of the input against the bounds that their table gives them. A text without bounds has a rule of its own.
   */
  texts(table: TObject, input: object): void {
    for (const { name, kind, keywords } of fieldsOf(table)) {
      const value: unknown = Reflect.get(input, name);
      const { minLength: min = 0, maxLength: max, multiline = false, isName = false } = keywords;
      if (kind === 'text' && typeof value === 'string' && max !== undefined) {
        this.text(name, value, { min, max, multiline, isName });
      }
    }
  }

  /** Whole numbers of the input against the bounds that their table gives them, if it gives them both. */
  numbers(table: TObject, input: object): void {
    for (const { name, kind, keywords } of fieldsOf(table)) {
      const value: unknown = Reflect.get(input, name);
      const { minimum: min, maximum: max } = keywords;
      if (kind !== 'integer' || typeof value !== 'number' || min === undefined || max === undefined) continue;
      const isWithin = Number.isInteger(value) && value >= min && value <= max;
      if (!isWithin) this.add(name, `must be a whole number from ${min} to ${max}`);
    }
  }

  /** Everything that was found so far, with whole paths. */
  get found(): readonly InputIssue[] {
    return [...this.#issues];
  }

  /** Throws InvalidInputError if anything was found. */
  throwIfAny(): void {
    if (this.#issues.length > 0) throw new InvalidInputError(this.#issues);
  }
}

function problemOfText(value: string, { min, max, multiline, isName }: Required<TextBounds>): string | null {
  const length = [...value.slice(0, max * 2 + 2)].length;
  if (length > max) return `must be at most ${max} characters long`;
  if (value.trim().length < min) return min === 1 ? 'must not be empty' : `must be at least ${min} characters long`;
  if (!value.isWellFormed()) return 'must be well-formed Unicode';
  if (hasControlCharacter(value, multiline)) return 'must not contain control characters';
  const hidden = isName ? hiddenCharacterIn(value) : null;
  if (hidden === null) return null;
  const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `must not contain characters that cannot be seen or that turn text around, such as U+${code}`;
}

/**
 * Format characters, which include the zero-width ones and those that turn text around, controls, separators of lines,
 * and characters that are drawn as nothing.
 */
const HIDDEN = /\p{Cf}|\p{Cc}|\p{Zl}|\p{Zp}|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u2800|\u3164|\uFFA0/u;
/** A joiner between two emoji makes one of them, and so can be seen. */
const JOINED_EMOJI =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})/gu;

const hiddenCharacterIn = (name: string): string | null => HIDDEN.exec(name.replace(JOINED_EMOJI, ''))?.[0] ?? null;
function hasControlCharacter(value: string, multiline: boolean): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    const isAllowed = multiline && (code === 9 || code === 10 || code === 13);
    if ((code < 32 || code === 127) && !isAllowed) return true;
  }
  return false;
}

/** Whether PostgreSQL can hold and compare the text: no NUL, no lone surrogates. */
export const isStorableText = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();

/** What breaks I-JSON in an input that a use case does not collect the issues of; paths lead into the input. */
export function problemsOfJson(table: TObject, input: object, path: JsonPath = []): readonly InputIssue[] {
  return fieldsOf(table).flatMap(({ name, item }) => {
    const value: unknown = Reflect.get(input, name);
    const records = item?.table;
    if (records && Array.isArray(value)) {
      return value.flatMap((each, index) => problemsOfJson(records, each, [...path, name, index]));
    }
    return value instanceof JsonText ? issuesOf([...path, name], value) : [];
  });
}

const issuesOf = (path: JsonPath, { problems }: JsonText): readonly InputIssue[] =>
  problems.map(({ path: below, message }) => ({ path: pathText([...path, ...below]), message }));
