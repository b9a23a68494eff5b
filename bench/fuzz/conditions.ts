import type { Tape } from './tape.ts';
import { mutated } from './texts.ts';

/** A rule's text, in either language. */
export type RuleText = { readonly condition: string } | { readonly cel: string };

/** Params of requests that conditions are evaluated for. */
export const PARAMS = [
  { n: 1, s: 'a', l: [1, 2, 3], o: { a: 1 } },
  { n: -0.5, s: '', l: [2], o: { a: null } },
  { n: 1e308, s: 'ä🦀 \u0001', l: ['a', null, true], o: { a: { a: [1] } } },
  { n: '1', s: 2, l: 'a', o: null },
  { n: 15, s: 'a'.repeat(500), l: Array.from({ length: 50 }, (_, at) => at), o: { a: [], 'a-b': 'x' } },
] as const;

type Language = {
  readonly leaves: Readonly<Record<Kind, readonly string[]>>;
  readonly not: (operand: string) => string;
  readonly and: string;
  readonly or: string;
};
type Kind = 'bool' | 'number' | 'text';

const CONDITION: Language = {
  leaves: {
    bool: [
      ...[
        'params_n > 1',
        'params_s == "a"',
        'params_n in [1, 2]',
        'sender_id in ["x"]',
        'action == params_s',
        'params_l in [1, "a", None]',
      ],
      ...['sender_age_days < 1', 'True', 'params_missing == 1'],
    ],
    number: ['params_n', 'sender_requests_last_minute', 'sender_age_days', '1', '0', '-1', '2.5', '1e308', 'params_n'],
    text: ['params_s', 'action', 'sender_kind', '"a"', "''", 'sender_id', 'None'],
  },
  not: (operand) => `not (${operand})`,
  and: 'and',
  or: 'or',
};
const CEL: Language = {
  leaves: {
    bool: [
      ...[
        'params.n > 1.0',
        'has(params.n)',
        'params.s == "a"',
        '"a" in params',
        'params.s.startsWith("a")',
        'params.o.a == null',
      ],
      ...['params.l.exists(x, x == 1.0)', 'params.l.all(x, params.l.exists(y, y == x))', 'now > timestamp(0)', 'true'],
      ...[
        'params.s.matches("^(a|b)*[a-z]+$")',
        'params.s.matches("(?i)\\\\pL{1,50}")',
        'params.l.map(x, [x, x]).size() > 2',
      ],
      ...['params.s.split("").exists(c, c == "a")', 'has(params.missing)', 'params.missing == 1.0'],
    ],
    number: [
      ...[
        'params.n',
        'double(params.s.size())',
        'double(params.l.size())',
        'double(sender.requests_last_day)',
        'params["n"]',
      ],
      ...['params.l[0]', '1.0', '0.0', '-1.5', 'double(now.getHours("Europe/Berlin"))', 'double("1e309")'],
    ],
    text: [
      ...[
        'params.s',
        'action',
        'string(params.n)',
        'params.s.upperAscii()',
        'agent.handle',
        '(params.s + params.s)',
        '"\\u00e4"',
      ],
      ...['params.s.split("a")[0]', 'params.s.substring(1)', 'sender.id', 'r"\\d"'],
    ],
  },
  not: (operand) => `!(${operand})`,
  and: '&&',
  or: '||',
};
const COMPARED = ['==', '!=', '<', '<=', '>', '>='];

function expression(tape: Tape, language: Language, kind: Kind, depth: number): string {
  const { leaves, not, and, or } = language;
  const make = (of: Kind) => expression(tape, language, of, depth - 1);
  if (depth <= 0 || tape.isOver || tape.once(4)) return tape.oneOf(leaves[kind]);
  if (kind === 'bool') {
    switch (tape.below(6)) {
      case 0:
        return not(make('bool'));
      case 1:
        return `(${make('bool')} ${and} ${make('bool')})`;
      case 2:
        return `(${make('bool')} ${or} ${make('bool')})`;
      case 3:
        return `(${make('bool')} ? ${make('bool')} : ${make('bool')})`;
      case 4:
        return `(${make('text')} ${tape.oneOf(COMPARED)} ${make('text')})`;
      default:
        return `(${make('number')} ${tape.oneOf(COMPARED)} ${make('number')})`;
    }
  }
  const operator = kind === 'text' ? '+' : tape.oneOf(['+', '-', '*', '/', ...(language === CONDITION ? ['%'] : [])]);
  return tape.once(4)
    ? `(${make('bool')} ? ${make(kind)} : ${make(kind)})`
    : `(${make(kind)} ${operator} ${make(kind)})`;
}

const WORDS = [
  ...[
    'sender_id',
    'action',
    'params_n',
    'params',
    'params.n',
    'toString',
    '__proto__',
    'f',
    'has',
    'size',
    'x',
    'in',
    'not',
    'and',
  ],
  ...[
    '1',
    '0',
    '2.5',
    '1e308',
    '""',
    "'a'",
    'True',
    'None',
    'null',
    '9223372036854775808',
    '1u',
    'b"a"',
    'r"\\"',
    '"""',
  ],
  ...[
    '==',
    '!=',
    '<',
    '>=',
    '+',
    '-',
    '*',
    '/',
    '%',
    '&&',
    '||',
    '!',
    '?',
    ':',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '.',
    ';',
    '\\',
    '\u0000',
    '🦀',
  ],
  ...[
    '.all(x,',
    '.map(x, y,',
    '.matches("(a+)+$")',
    '.matches("(a{1000}){1000}")',
    'timestamp("',
    'duration("',
    '.getHours("',
  ],
];

/** A rule by the grammar of its language; or broken by a few changes, or by nobody's grammar: that is a wild one. */
export function anyRule(tape: Tape): { readonly rule: RuleText; readonly isWild: boolean } {
  const isCel = tape.once(2);
  const wellFormed = () => expression(tape, isCel ? CEL : CONDITION, 'bool', 5);
  const kind = tape.below(10);
  const text =
    kind < 7 ? wellFormed() : kind < 9 ? mutated(tape, wellFormed()) : tape.some(40, () => tape.oneOf(WORDS)).join(' ');
  return { rule: isCel ? { cel: text || '1' } : { condition: text || '1' }, isWild: kind >= 7 };
}
