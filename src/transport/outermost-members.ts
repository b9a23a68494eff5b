/** What the outermost object of a text says, as far as the text could be JSON. */
export type OutermostMembers = {
  /** The wanted names that it has. */
  readonly names: ReadonlySet<string>;
  /** Those whose value is a text, with it; null where the name occurs twice with different ones. */
  readonly texts: ReadonlyMap<string, string | null>;
};

/** What stands between white space: a quote, what opens, what closes, what separates, or a word such as `12` or `NaN`. */
const TOKEN = /[\s\ufeff]*(?:(["'])|([{[])|([}\]])|([,:])|([^\s"'{}[\],:]+))/y;

/**
 * The wanted members of the object that a text begins with, where the text as a whole is no JSON or is cut off: single
 * quotes and words that JSON does not know are passed over. Reading stops at what could be no JSON however one takes it,
 * such as a text right behind a text, since nobody can tell from there on what is quoted and what is not. Linear in the
 * length; escapes are left as they are.
 */
export function outermostMembers(text: string, wanted: ReadonlySet<string>): OutermostMembers {
  const names = new Set<string>();
  const texts = new Map<string, string | null>();
  let depth = 0;
  let isAfterValue = false;
  /** At depth 1: the text just read, which is a name if a colon follows. */
  let read: string | null = null;
  let name: string | null = null;
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const [, quote, opening, closing, separator, word] = TOKEN.exec(text) ?? [];
    at = TOKEN.lastIndex;
    if (separator !== undefined) {
      name = depth === 1 && separator === ':' ? read : null;
      if (name !== null && wanted.has(name)) names.add(name);
      read = null;
      isAfterValue = false;
    } else if (closing !== undefined) {
      depth -= 1;
      if (depth <= 0) break;
      isAfterValue = true;
    } else if (isAfterValue) {
      // Two values in a row, where one of them or what is between them is broken.
      break;
    } else if (opening !== undefined) {
      if (depth === 0 && opening !== '{') break;
      depth += 1;
    } else if (quote !== undefined) {
      const end = endOfText(text, at, quote);
      if (end === -1) break;
      if (depth === 1) read = text.slice(at, end);
      if (name !== null && read !== null && wanted.has(name)) {
        texts.set(name, !texts.has(name) || texts.get(name) === read ? read : null);
      }
      at = end + 1;
      isAfterValue = true;
    } else if (word !== undefined) isAfterValue = true;
    else break;
    if (depth === 0) break;
  }
  for (const [name, value] of texts) if (value !== null) texts.set(name, copyOf(value));
  return { names, texts };
}

/** A part of a text keeps all of it in memory; what is handed on is kept longer than a message that may be large. */
const copyOf = (part: string): string => Buffer.from(part, 'utf16le').toString('utf16le');

/** Where the quote is that ends the text which begins there; -1 where none does. */
function endOfText(text: string, from: number, quote: string): number {
  for (let end = text.indexOf(quote, from); end !== -1; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (end - backslashes > from && text[end - backslashes - 1] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}
