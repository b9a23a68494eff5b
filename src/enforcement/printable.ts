/**
 * Somebody else's text in quotes, short enough for a message, and without anything that a terminal or a database
 * would mind: control characters are escaped or replaced, lone surrogates replaced.
 */
export function quoted(text: string, max = 40): string {
  return JSON.stringify(shortened(text, max)).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}

/** The same without the quotes. */
export const printable = (text: string, max = 40): string => quoted(text, max).slice(1, -1).replaceAll('\\"', '"');

function shortened(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  return `${text.slice(0, max - 1).toWellFormed()}…`;
}
