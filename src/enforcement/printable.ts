const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/gu;

/**
 * Somebody else's text for a message: short, and without anything that a log, a terminal or a database would mind.
 * Control characters and lone surrogates become U+FFFD.
 */
export function printable(text: string, max = 40): string {
  const shown = text.length <= max ? text.toWellFormed() : `${text.slice(0, max - 1).toWellFormed()}…`;
  return shown.replaceAll(UNPRINTABLE, '\ufffd');
}

/** The same in quotes. */
export const quoted = (text: string, max?: number): string => `"${printable(text, max).replaceAll('"', '\\"')}"`;
