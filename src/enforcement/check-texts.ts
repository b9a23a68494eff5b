import type { TObject } from 'typebox';
import type { InputIssue } from '../domain/errors.ts';
import { fieldsOf } from '../domain/fields.ts';

/** What breaks the bounds that the table gives the record's texts; `path` is where the record stands. */
export const checkTexts = (path: string, table: TObject, record: object): readonly InputIssue[] =>
  fieldsOf(table).flatMap(({ name, kind, keywords: { minLength = 0, maxLength = Number.POSITIVE_INFINITY } }) => {
    const text: unknown = Reflect.get(record, name);
    const problem = kind === 'text' && typeof text === 'string' ? problemOf(text, minLength, maxLength) : null;
    return problem === null ? [] : [{ path: `${path}.${name}`, message: `The ${inWords(name)} ${problem}` }];
  });

function problemOf(text: string, minLength: number, maxLength: number): string | null {
  // A character is at most two code units long.
  const length = [...text.slice(0, maxLength * 2 + 2)].length;
  if (length < minLength) return 'must not be empty';
  if (length > maxLength) return `must be at most ${maxLength.toLocaleString('en')} characters long`;
  const isText = text.isWellFormed() && !text.includes('\u0000');
  return isText ? null : 'is not well-formed Unicode, or holds the character U+0000';
}

const inWords = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
