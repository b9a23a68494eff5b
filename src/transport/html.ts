const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to send as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A template whose values are escaped, unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | null)[]): Html {
  const text = parts.reduce((before, part, i) => before + escaped(values[i - 1] ?? null) + part);
  return new Html(text);
}

function escaped(value: string | Html | null): string {
  if (value === null) return '';
  return value instanceof Html ? value.text : value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Pieces of markup, one after the other. */
export const joined = (pieces: readonly Html[]): Html => new Html(pieces.map(({ text }) => text).join(''));
