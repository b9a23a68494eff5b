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
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The params are no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('The params must be a JSON object, as in {"title":"A talk"}.');
  }
  return value;
}

const WHOLE = /^-?\d+$/;

/** JSON where it is some and keeps every digit, and else the text as it is. */
function typed(text: string): unknown {
  if (WHOLE.test(text) && !Number.isSafeInteger(Number(text))) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
