/** A selector of an expression: `name{label="value"}`. */
export type Selector = {
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[];
};

/** What an expression names: metrics with their matchers, and labels that it groups or matches by. */
export type Named = { readonly selectors: readonly Selector[]; readonly labels: readonly string[] };

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:]*|\d[\w.]*|=~|!~|!=|==|<=|>=|[-+*/%^(){},<>=]/gy;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2']);
const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const FUNCTIONS = new Set(
  'sum min max avg count topk bottomk rate irate increase histogram_quantile absent vector delta clamp_min'.split(' '),
);

/** Reads what an expression of PromQL names, and throws at what it cannot read. */
export function readExpression(text: string): Named {
  const tokens = tokensOf(text);
  const selectors: Selector[] = [];
  const labels: string[] = [];
  const expect = (at: number, token: string) => {
    if (tokens[at] !== token) throw new Error(`${token} expected, but ${tokens[at]}: ${text}`);
  };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (!/^[a-zA-Z_:]/.test(token) || OPERATORS.has(token)) continue;
    if (LABEL_LISTS.has(token)) {
      expect(at + 1, '(');
      const end = tokens.indexOf(')', at);
      labels.push(...tokens.slice(at + 2, end).filter((each) => each !== ','));
      at = end;
    } else if (FUNCTIONS.has(token)) {
      if (!LABEL_LISTS.has(tokens[at + 1] ?? '')) expect(at + 1, '(');
    } else if (tokens[at + 1] === '{') {
      const end = tokens.indexOf('}', at);
      const inside = tokens.slice(at + 2, end);
      const matchers: Selector['matchers'][number][] = [];
      for (let from = 0; from < inside.length; from += 4) {
        const [label = '', op = '', value = '""'] = inside.slice(from, from + 3);
        matchers.push({ label, op, value: JSON.parse(value) });
      }
      selectors.push({ name: token, matchers });
      at = end;
    } else if (tokens[at - 1] === 'offset') {
      // A duration.
    } else selectors.push({ name: token, matchers: [] });
  }
  if (selectors.length === 0) throw new Error(`no metric: ${text}`);
  return { selectors, labels };
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`cannot be read at ${from}: ${text}`);
    if (token.trim() !== '') tokens.push(token);
  }
  return tokens;
}
