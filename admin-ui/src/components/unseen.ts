/** A stretch of a text: what shows, or characters that do not, written out. */
export type TextPart =
  | { readonly kind: 'seen'; readonly text: string }
  | {
      readonly kind: 'unseen';
      /** Such as `U+202E`, `U+200B ×3`. */
      readonly tokens: readonly string[];
      /** How many further characters the run has. */
      readonly more: number;
      /** What its tag characters say to whoever reads them: a model does. */
      readonly says: string | null;
      /** For people: what the first one is. */
      readonly name: string;
    };

/** As many tokens as a run is written out with. */
const TOKENS_MAX = 12;

/**
 * An emoji, which may consist of characters that do not show alone; or a run of characters that show as nothing, as a
 * blank that is no space, or that turn others around. Line breaks and tabs are what they seem.
 */
const EMOJI_OR_UNSEEN =
  /\p{RGI_Emoji}|(?<run>[[\p{Cc}--[\n\t]]\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}[\p{Zs}--[\u0020]]\p{Default_Ignorable_Code_Point}\u2800]+)/gv;

const NAMES: Readonly<Record<number, string>> = {
  160: 'No-break space',
  173: 'Soft hyphen',
  1564: 'Arabic letter mark',
  8203: 'Zero width space',
  8204: 'Zero width non-joiner',
  8205: 'Zero width joiner',
  8206: 'Left-to-right mark',
  8207: 'Right-to-left mark',
  8232: 'Line separator',
  8233: 'Paragraph separator',
  8234: 'Left-to-right embedding',
  8235: 'Right-to-left embedding',
  8236: 'End of embedding',
  8237: 'Left-to-right override',
  8238: 'Right-to-left override',
  8288: 'Word joiner',
  8294: 'Left-to-right isolate',
  8295: 'Right-to-left isolate',
  8296: 'First strong isolate',
  8297: 'End of isolate',
  65279: 'Zero width no-break space',
};

const TAGS = { first: 0xe0020, last: 0xe007e, offset: 0xe0000 } as const;
const isTag = (code: number): boolean => code >= TAGS.first && code <= TAGS.last;

/** A text in parts, so that whoever reads it sees what a program would read. */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const see = (to: number) => {
    if (to > from) parts.push({ kind: 'seen', text: text.slice(from, to) });
  };
  for (const match of text.matchAll(EMOJI_OR_UNSEEN)) {
    const { run } = match.groups ?? {};
    if (run === undefined) continue;
    see(match.index);
    parts.push(unseen(run));
    from = match.index + run.length;
  }
  see(text.length);
  return parts;
}

/** Whether a text has characters that do not show. */
export const hasUnseen = (text: string): boolean => partsOf(text).some(({ kind }) => kind === 'unseen');

function unseen(run: string): TextPart {
  const codes = Array.from(run, (character) => character.codePointAt(0) ?? 0);
  const tags = codes.filter(isTag);
  const tokens: { readonly code: number; count: number }[] = [];
  let written = 0;
  for (const code of codes) {
    const last = tokens.at(-1);
    if (last?.code === code) last.count++;
    else if (tokens.length < TOKENS_MAX) tokens.push({ code, count: 1 });
    else break;
    written++;
  }
  const [first = 0] = codes;
  return {
    kind: 'unseen',
    tokens: tokens.map(({ code, count }) => `${codeName(code)}${count > 1 ? ` ×${count}` : ''}`),
    more: codes.length - written,
    says: tags.length === 0 ? null : String.fromCharCode(...tags.slice(0, 500).map((code) => code - TAGS.offset)),
    name: isTag(first) ? 'Tag characters' : (NAMES[first] ?? 'A character that does not show'),
  };
}

const codeName = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
