/** A line of a terminal: what was typed, or what was written. */
export type TerminalLine = { readonly kind: 'command' | 'output'; readonly text: string };

const COLOURS: Readonly<Record<string, string>> = {
  '1': 'font-weight="bold"',
  '2': 'fill="#8b949e"',
  '31': 'fill="#ff7b72"',
  '32': 'fill="#7ee787"',
  '33': 'fill="#e3b341"',
};
const WIDTH = 96;
const CELL = 8.4;
const LINE = 20;
const PADDING = 20;
const BAR = 36;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The coloured parts of what a program wrote. */
function spans(text: string): string {
  const control = String.fromCharCode(27);
  let attributes = '';
  return text
    .split(new RegExp(`${control}\\[(\\d+)m`))
    .map((part, index) => {
      if (index % 2 === 1) {
        attributes = COLOURS[part] ?? '';
        return '';
      }
      return part === '' ? '' : `<tspan ${attributes}>${escaped(part)}</tspan>`.replace('<tspan >', '<tspan>');
    })
    .join('');
}

/** A line of a terminal that is too long goes on in the next one. */
function wrapped({ kind, text }: TerminalLine): readonly TerminalLine[] {
  const room = kind === 'command' ? WIDTH - 2 : WIDTH;
  if (text.includes(String.fromCharCode(27)) || text.length <= room) return [{ kind, text }];
  return [{ kind, text: text.slice(0, room) }, ...wrapped({ kind: 'output', text: text.slice(room) })];
}

/** A terminal with those lines, as SVG. */
export function terminalPicture(title: string, lines: readonly TerminalLine[]): string {
  const shown = lines.flatMap(wrapped);
  const width = Math.round(WIDTH * CELL + 2 * PADDING);
  const height = BAR + shown.length * LINE + PADDING;
  const texts = shown.map(({ kind, text }, row) => {
    const content =
      kind === 'command'
        ? `<tspan fill="#7ee787">$ </tspan><tspan fill="#ffffff" font-weight="bold">${escaped(text)}</tspan>`
        : spans(text);
    return `  <text x="${PADDING}" y="${BAR + 16 + row * LINE}" xml:space="preserve">${content}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#c9d1d9">
  <rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
  <circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
${texts.join('\n')}
</svg>
`;
}
