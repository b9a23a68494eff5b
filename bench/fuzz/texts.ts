import type { Tape } from './tape.ts';

/** Where an input names one of the parties; it is replaced by its id, handle or request when it is sent. */
export const NAMED = ['$AGENT$', '$HANDLE$', '$SENDER$', '$REQUEST$'] as const;
export type Named = Readonly<Record<(typeof NAMED)[number], () => string>>;

/** The input with the parties named as they are now. */
export const naming = (text: string, named: Named): string =>
  text.replace(/\$(AGENT|HANDLE|SENDER|REQUEST)\$/g, (name) => named[name as keyof Named]());

const UUID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const TEXTS = [
  ...[
    'a',
    '',
    ' ',
    '0',
    '-1',
    'null',
    'true',
    '[]',
    '{}',
    UUID,
    `${UUID}0`,
    'fuzz.take',
    'fuzz.checked',
    'ä',
    '🦀',
    '👩‍👩‍👧‍👦',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '$ref',
    '$id',
    'then',
    'length',
    '..',
    '../../etc/passwd',
  ],
  ...[
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ufeff',
    '\ufffe',
    '\ud800',
    'e\u0301'.repeat(40),
    'İ',
    'ſ',
    '%00',
    '%2e%2e',
    '{{x}}',
    '$x',
  ],
  ...[
    "'; drop table agents; --",
    '<script>alert(1)</script>',
    '2026-02-30T25:61:61Z',
    '2026-11-30T10:00:00Z',
    'P1Y',
    '(a+)+$',
  ],
  ...[
    '\\',
    '"',
    '\\u0000',
    '\r\nx: y',
    'a'.repeat(65),
    'a'.repeat(129),
    'b'.repeat(501),
    'c'.repeat(2_001),
    'ÿ'.repeat(4_000),
  ],
];

/** A text that something may stumble over. */
export const anyText = (tape: Tape): string =>
  tape.once(4) ? tape.oneOf(NAMED) : tape.once(5) ? tape.oneOf(TEXTS) + tape.oneOf(TEXTS) : tape.oneOf(TEXTS);

const NUMBERS = [
  ...[
    '0',
    '1',
    '-1',
    '-0',
    '1.0',
    '0.1',
    '1e1',
    '15',
    '100',
    '101',
    '2147483647',
    '2147483648',
    '-2147483649',
    '1e400',
  ],
  ...[
    '9007199254740991',
    '9007199254740993',
    '-9007199254740993',
    '1e-400',
    '5e-324',
    '1.7976931348623157e308',
    '123456789012345678901234567890',
  ],
  ...['3.14159265358979323846264338327950288', '1E+2', '0.30000000000000004'],
];
const NAMES = [
  ...[
    'a',
    'b',
    'n',
    's',
    'l',
    'o',
    'type',
    'id',
    'x-y',
    '',
    '__proto__',
    'constructor',
    'toString',
    'length',
    'then',
    '0',
    '$ref',
  ],
  ...['ä', 'a.b', 'a/b', 'a~b', 'a b', '\u0000', 'toJSON'],
];

/** JSON as text, so that it can be what no value is: a name twice, a number that no double holds, and broken as well. */
export function anyJson(tape: Tape, depth = 4): string {
  switch (tape.below(depth > 0 ? 11 : 7)) {
    case 0:
      return tape.oneOf(['{}', 'null', 'true', 'false', '[]']);
    case 1:
    case 2:
      return tape.oneOf(NUMBERS);
    case 3:
    case 4:
    case 5:
      return JSON.stringify(anyText(tape));
    case 6:
      return tape.once(12) ? tape.oneOf(['NaN', '"\\ud800"', "'a'", '01', '"\u0001"', '[1,]', deep(tape)]) : '1';
    case 7:
    case 8:
      return `[${tape.some(4, () => anyJson(tape, depth - 1)).join(',')}]`;
    default:
      return `{${tape.some(5, () => `${JSON.stringify(tape.oneOf(NAMES))}:${anyJson(tape, depth - 1)}`).join(',')}}`;
  }
}

function deep(tape: Tape): string {
  const levels = tape.oneOf([31, 33, 100, 300, 5_000]);
  return tape.once(2) ? '['.repeat(levels) : `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

/** Members as an object, in any order, some left out, one perhaps twice. */
export function anyObject(tape: Tape, members: Readonly<Record<string, string>>): string {
  const parts = Object.entries(members)
    .filter(() => !tape.once(8))
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  if (tape.once(10)) parts.push(`${JSON.stringify(tape.oneOf(NAMES))}:${anyJson(tape, 2)}`);
  if (tape.once(16) && parts[0] !== undefined) parts.push(parts[0]);
  return `{${parts.join(',')}}`;
}

const SPLICES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\u0000',
  '\ud800',
  '(',
  ')',
  '$',
  '@',
  '#',
  '"""',
  '1',
  '-',
  ' ',
];

/** The same text with something cut out, said twice, changed or put in. */
export function mutated(tape: Tape, text: string): string {
  let made = text;
  for (let changes = 1 + tape.below(3); changes > 0; changes -= 1) {
    const from = tape.below(made.length + 1);
    const to = from + tape.below(Math.min(12, made.length - from) + 1);
    const span = made.slice(from, to);
    const put = tape.oneOf(['', span + span, tape.oneOf(SPLICES), span + tape.oneOf(SPLICES), span.repeat(30)]);
    made = made.slice(0, from) + put + made.slice(to);
  }
  return made;
}
