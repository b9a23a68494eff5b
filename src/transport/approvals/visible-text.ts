import { Html, html, joined } from '../html.ts';

/**
 * Characters that do not show, that turn text around, or that look like nothing: a model reads them, so whoever decides has to
 * see them. Line breaks and tabs show.
 */
const HIDDEN =
  /\p{Cf}|\p{Zl}|\p{Zp}|\p{Co}|\p{Cs}|\p{Variation_Selector}|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u2800|\u3164|\uFFA0|(?![\n\t])\p{Cc}/gu;

/** A stranger's text, with each character that does not show written out. */
export function visibleText(text: string): Html {
  const pieces: Html[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    pieces.push(html`${text.slice(from, index)}<mark>U+${code}</mark>`);
    from = index + character.length;
  }
  pieces.push(html`${text.slice(from)}`);
  return joined(pieces);
}

/** JSON as it would be done, laid out; what a string has that does not show is not hidden by an escape. */
export const visibleJson = (value: unknown): Html => visibleText(JSON.stringify(value, null, 2) ?? '');

/** The style of what is written out. */
export const VISIBLE_STYLE = new Html(`<style>
  mark { padding: 0 3px; border-radius: 4px; background: #ffe08a; color: #3b2a00; font: 0.85em ui-monospace, monospace; }
</style>`);
