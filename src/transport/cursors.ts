/** Cursors are opaque to clients; the letter tells this form from later ones. */
const CURSOR_FORM = 'k';

/** The cursor of a row that has the key. */
export const cursorOf = (key: string): string => Buffer.from(CURSOR_FORM + key).toString('base64url');

/** The key that a cursor stands for; null for a text that is no cursor of such keys. */
export function keyOfCursor(cursor: string, isKey: (key: string) => boolean): string | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  const key = text.slice(CURSOR_FORM.length);
  return text.startsWith(CURSOR_FORM) && isKey(key) ? key : null;
}
