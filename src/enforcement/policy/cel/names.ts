import { closestName } from '../../../domain/closest-name.ts';
import { quoted } from '../../printable.ts';
import { CEL_VARIABLES } from '../variables.ts';
import { CelError } from './cel-error.ts';
import { CEL_FUNCTIONS } from './functions.ts';

const NAMES: ReadonlySet<string> = new Set(CEL_VARIABLES.keys());
/** Names that only stand before a member: `sender` of `sender.id`. */
const GROUPS: ReadonlySet<string> = new Set([...NAMES].filter((name) => name.includes('.')).map(groupOf));

/** The variable of that name and member; null where the name stands for itself. Throws a CelError for none. */
export function readVariable(name: string, member: string | null): string | null {
  if (GROUPS.has(name)) {
    const full = member === null ? null : `${name}.${member}`;
    if (full !== null && NAMES.has(full)) return full;
    const members = [...NAMES].filter((each) => groupOf(each) === name && each !== name).join(', ');
    throw new CelError(
      full === null
        ? `"${name}" alone is no variable; there are ${members}`
        : `${quoted(full)} is not known${closest(full, NAMES)}; there are ${members}`,
    );
  }
  return member === null && NAMES.has(name) ? name : null;
}

/** Words of other languages, and of conditions, with what is written in CEL. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['True', 'did you mean true'],
  ['False', 'did you mean false'],
  ['None', 'did you mean null'],
  ['nil', 'did you mean null'],
  ['undefined', 'did you mean null'],
  ['and', 'did you mean &&'],
  ['or', 'did you mean ||'],
  ['not', 'did you mean !'],
  ['sender_id', 'did you mean sender.id'],
  ['sender_kind', 'did you mean sender.kind'],
  ['request', 'did you mean params, or action'],
]);

/** A CelError for a name that is no variable. */
export function unknownName(name: string, where: string): CelError {
  const param = name.startsWith('params_') ? `did you mean params.${name.slice('params_'.length)}` : undefined;
  const roots = [...new Set([...NAMES].map((each) => groupOf(each)))].join(', ');
  const hint = HINTS.get(name) ?? param;
  return new CelError(
    `${quoted(name)} ${where} is not known${hint === undefined ? closest(name, NAMES) : `; ${hint}`}; the variables are ${roots}`,
  );
}

/** Functions of other languages, with what is written in CEL. */
const FUNCTION_HINTS: ReadonlyMap<string, string> = new Map([
  ['length', 'did you mean size'],
  ['len', 'did you mean size'],
  ['includes', 'did you mean contains'],
  ['toLowerCase', 'did you mean lowerAscii'],
  ['lower', 'did you mean lowerAscii'],
  ['toUpperCase', 'did you mean upperAscii'],
  ['upper', 'did you mean upperAscii'],
  ['any', 'did you mean exists'],
  ['some', 'did you mean exists'],
  ['every', 'did you mean all'],
  ['starts_with', 'did you mean startsWith'],
  ['ends_with', 'did you mean endsWith'],
]);

export function functionHint(name: string, isMethod: boolean): string {
  const hint = FUNCTION_HINTS.get(name);
  if (hint !== undefined) return hint;
  const names = [...new Set(CEL_FUNCTIONS.filter((each) => each.isMethod === isMethod).map((each) => each.name))];
  if (names.includes(name)) return 'it is called otherwise';
  const other = CEL_FUNCTIONS.find((each) => each.name === name);
  if (other !== undefined) return other.isMethod ? `it is written x.${name}()` : `it is written ${name}(x)`;
  const near = closest(name, new Set(names));
  return near === '' ? `there are ${names.join(', ')}` : near.slice(2);
}

/** `; did you mean …`, or nothing where no name is near. */
function closest(name: string, names: ReadonlySet<string>): string {
  const near = closestName(name, names);
  return near === null ? '' : `; did you mean ${near}`;
}

function groupOf(name: string): string {
  return name.split('.')[0] ?? name;
}
