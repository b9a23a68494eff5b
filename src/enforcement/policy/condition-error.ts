/** What is wrong with a condition, in words for its author. */
export class ConditionError extends Error {}

/** The text in quotes, short enough for a message, with nothing in it that a terminal or a database would mind. */
export function quoted(text: string): string {
  const characters = [...text.toWellFormed()];
  const shown = characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('');
  return JSON.stringify(shown).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}
