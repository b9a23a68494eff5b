/**
 * A text that is the same for two JSON values exactly when JSON Schema calls them equal: the order of members does not
 * matter, and 1.0 is 1. For bounded values only: it recurses. Digests of it are stored, so it must not change.
 */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value);
  return ordered === undefined ? memberByMember(value) : JSON.stringify(ordered);
}

/**
 * The value with its members in their order, which JSON's own writer writes in half of the time: undefined where an object
 * keeps some of its members in another order.
 */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const ordered = inOrder(item);
      if (ordered === undefined) return undefined;
      items.push(ordered);
    }
    return items;
  }
  const members = value as Readonly<Record<string, unknown>>;
  const into: Record<string, unknown> = {};
  for (const key of sortedKeys(members)) {
    const ordered = KEEPS_ITS_PLACE.test(key) ? inOrder(members[key]) : undefined;
    if (ordered === undefined) return undefined;
    into[key] = ordered;
  }
  return into;
}

/** Numbers come first in every object, and __proto__ is no member. */
const KEEPS_ITS_PLACE = /^[^\d_]/;

/** By code units, as `<` compares. */
function sortedKeys(members: object): readonly string[] {
  const keys = Object.keys(members);
  return keys.length > FEW_KEYS ? keys.sort() : sortFew(keys);
}

const FEW_KEYS = 12;

/** By insertion: of few keys in a third of the time that `sort` takes. */
function sortFew(keys: string[]): readonly string[] {
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at] ?? '';
    let to = at;
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1]) {
      keys[to] = before;
      to -= 1;
    }
    keys[to] = key;
  }
  return keys;
}

function memberByMember(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(memberByMember).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  const texts = sortedKeys(members).map((key) => `${JSON.stringify(key)}:${memberByMember(members[key])}`);
  return `{${texts.join(',')}}`;
}
