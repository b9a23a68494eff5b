/** Names of members and indexes of items, from the outside in. */
export type JsonPath = readonly (string | number)[];

/** What is wrong with one value or member of a JSON text, in words that its path comes before. */
export type JsonProblem = {
  /** Where it stands, in UTF-16 units from the beginning of the text. */
  readonly offset: number;
  readonly path: JsonPath;
  readonly message: string;
  /** Whether it is about a member's name: no reader of its value would see it. */
  readonly isOfName?: true;
};

/** A text is no JSON. The message says what was expected where: "expected a value at line 1, column 13, in params.to". */
export class JsonSyntaxError extends Error {
  constructor(expected: string, text: string, offset: number, path: JsonPath) {
    const before = text.slice(0, offset).split('\n');
    const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    super(`expected ${expected} at ${where}${path.length === 0 ? '' : `, in ${pathText(path)}`}`);
  }
}

const PATH_MAX_LENGTH = 200;

/** The path as problems name it, dotted; cut where it is long, and without what is no text. */
export function pathText(path: JsonPath): string {
  const whole = path.join('.').replaceAll(/\p{Cc}|\p{Cs}/gu, '\ufffd');
  return whole.length <= PATH_MAX_LENGTH ? whole : `${whole.slice(0, PATH_MAX_LENGTH).toWellFormed()}…`;
}
