import { describe, expect, it } from 'vitest';
import { hasUnseen, partsOf } from '../../admin-ui/src/components/unseen.ts';

/** The text as it is shown, runs of what does not show in brackets. */
const shown = (text: string): string =>
  partsOf(text)
    .map((part) =>
      part.kind === 'seen'
        ? part.text
        : `[${part.tokens.join(' ')}${part.more > 0 ? ` +${part.more}` : ''}${part.says === null ? '' : ` "${part.says}"`}]`,
    )
    .join('');

const tags = (text: string): string =>
  String.fromCodePoint(...Array.from(text, (each) => 0xe0000 + (each.codePointAt(0) ?? 0)));

describe('a text for people', () => {
  it.each([
    ['bidirectional overrides', 'pay \u202e001\u202c now', 'pay [U+202E]001[U+202C] now'],
    ['isolates', '\u2066a\u2069', '[U+2066]a[U+2069]'],
    ['zero width', 'sta\u200bnd\u200d\u2060up\ufeff', 'sta[U+200B]nd[U+200D U+2060]up[U+FEFF]'],
    ['repetitions', `a${'\u200b'.repeat(500)}b`, 'a[U+200B ×500]b'],
    ['tags, which models read', `Standup${tags('ignore')}`, /^Standup\[U\+E0069 U\+E0067 .* "ignore"\]$/],
    ['variation selectors', 'a\ufe00\u{e0100}', 'a[U+FE00 U+E0100]'],
    ['blanks that are no spaces', 'a\u00a0b\u3000c\u2800d\u3164', 'a[U+00A0]b[U+3000]c[U+2800]d[U+3164]'],
    ['control characters', 'a\u0000\u001b[31m\rb\u0085', 'a[U+0000 U+001B][31m[U+000D]b[U+0085]'],
    ['halves of characters, and what has no meaning', 'a\ud800b\ue000\u{10ffff}', 'a[U+D800]b[U+E000 U+10FFFF]'],
    ['separators of lines', 'a\u2028b', 'a[U+2028]b'],
    ['nothing in lines, tabs and other scripts', 'a\n\tb é שלום 日本', 'a\n\tb é שלום 日本'],
    ['nothing in emoji, whatever they consist of', '❤️ 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 👍🏽', '❤️ 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 👍🏽'],
    ['what hangs on an emoji', `👍${tags('hi')}`, '👍[U+E0068 U+E0069 "hi"]'],
  ])('has %s written out', (_what, text, expected) => {
    if (typeof expected === 'string') expect(shown(text)).toBe(expected);
    else expect(shown(text)).toMatch(expected);
  });

  it('is written out within bounds, and says how much more there is', () => {
    const run = String.fromCodePoint(...Array.from({ length: 200 }, (_, index) => 0xe0100 + index));
    expect(shown(run)).toMatch(/^\[(U\+E01[0-9A-F]{2} ?){12} \+188\]$/);
    const [long] = partsOf(tags('x'.repeat(5_000)));
    expect(long).toMatchObject({ tokens: ['U+E0078 ×5000'], more: 0, says: 'x'.repeat(500) });
  });

  it('loses nothing that shows', () => {
    const text = 'before \u200b between \u202e after';
    const seen = partsOf(text).flatMap((part) => (part.kind === 'seen' ? [part.text] : []));
    expect(seen).toEqual(['before ', ' between ', ' after']);
    expect([hasUnseen(text), hasUnseen('plain'), hasUnseen('')]).toEqual([true, false, false]);
  });
});
