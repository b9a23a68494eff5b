/** What a request asks for, and any other JSON object. */
export type Params = Readonly<Record<string, unknown>>;

/** As much of a value as is shown where the whole of it stands elsewhere. */
const SHOWN_MAX = 300;

export const shortened = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);

/** A JSON value in a line of text. */
export const valueText = (value: unknown): string => (value === undefined ? 'not given' : JSON.stringify(value));

/** Whether two JSON values are the same, whatever the order of their members; one that is undefined is not there. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [membersOf(a as Params), membersOf(b as Params)];
  return (
    one.length === other.length &&
    one.every(([key, each]) => Object.hasOwn(b, key) && isEqual(each, (b as Params)[key]))
  );
}

const membersOf = (value: Params) => Object.entries(value).filter(([, each]) => each !== undefined);
