import { UsageError } from './errors.ts';

type Params = Readonly<Record<string, unknown>>;

/** The params that were given one by one, on top of those of a JSON text. */
export function readParams(given: readonly string[], text?: string): Params {
  // Without a prototype, so that a param may be called `__proto__`.
  const params: Record<string, unknown> = Object.assign(Object.create(null), text === undefined ? {} : objectIn(text));
  for (const each of given) {
    const at = each.indexOf('=');
    if (at < 1) {
      throw new UsageError(`The param “${each}” is not of the form name=value.`, 'As in: -p title="A talk"');
    }
    params[each.slice(0, at)] = typed(each.slice(at + 1));
  }
  return params;
}

function objectIn(text: string): object {
  let value: unknown;
  try {
    // Some editors begin a file with a byte order mark.
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UsageError(`The params are no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('The params must be a JSON object, as in {"title":"A talk"}.');
  }
  return value;
}

/** JSON where it is some, and else the text as it is. So is a number of which digits would be lost. */
function typed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' && (!isWhole(value) || digitsOf(text) !== digitsOf(String(value))) ? text : value;
  } catch {
    return text;
  }
}

/** Whether every reader keeps it, if it is an integer. */
const isWhole = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value);

/** The digits of a number that count, however it is written. */
const digitsOf = (text: string): string =>
  text
    .trim()
    .replace(/e.*/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
