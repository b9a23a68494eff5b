import { RE2JS } from 're2js';

/** ECMA-262's long names of general categories, with the short ones that RE2 knows. */
const GENERAL_CATEGORIES: ReadonlyMap<string, string> = new Map([
  ['Letter', 'L'],
  ['Uppercase_Letter', 'Lu'],
  ['Lowercase_Letter', 'Ll'],
  ['Titlecase_Letter', 'Lt'],
  ['Modifier_Letter', 'Lm'],
  ['Other_Letter', 'Lo'],
  ['Mark', 'M'],
  ['Combining_Mark', 'M'],
  ['Nonspacing_Mark', 'Mn'],
  ['Spacing_Mark', 'Mc'],
  ['Enclosing_Mark', 'Me'],
  ['Number', 'N'],
  ['Decimal_Number', 'Nd'],
  ['digit', 'Nd'],
  ['Letter_Number', 'Nl'],
  ['Other_Number', 'No'],
  ['Punctuation', 'P'],
  ['punct', 'P'],
  ['Connector_Punctuation', 'Pc'],
  ['Dash_Punctuation', 'Pd'],
  ['Open_Punctuation', 'Ps'],
  ['Close_Punctuation', 'Pe'],
  ['Initial_Punctuation', 'Pi'],
  ['Final_Punctuation', 'Pf'],
  ['Other_Punctuation', 'Po'],
  ['Symbol', 'S'],
  ['Math_Symbol', 'Sm'],
  ['Currency_Symbol', 'Sc'],
  ['Modifier_Symbol', 'Sk'],
  ['Other_Symbol', 'So'],
  ['Separator', 'Z'],
  ['Space_Separator', 'Zs'],
  ['Line_Separator', 'Zl'],
  ['Paragraph_Separator', 'Zp'],
  ['Other', 'C'],
  ['Control', 'Cc'],
  ['cntrl', 'Cc'],
  ['Format', 'Cf'],
  ['Private_Use', 'Co'],
]);

/** Sets that RE2 was found to know, so that each is tried once; there are only as many as Unicode has properties. */
const knownSets = new Set<string>();

/** RE2's set for `\p{property}`, or `\P{property}`, or null if it has none. */
export function unicodeSet(letter: 'p' | 'P', property: string): string | null {
  if (property === 'ASCII') return letter === 'p' ? '\\x{0}-\\x{7F}' : '\\x{80}-\\x{10FFFF}';
  const name = re2Name(property);
  if (name === null) return null;
  const set = `\\${letter}{${name}}`;
  if (!knownSets.has(set)) {
    try {
      RE2JS.compile(set);
    } catch {
      return null;
    }
    knownSets.add(set);
  }
  return set;
}

function re2Name(property: string): string | null {
  const [name = '', value] = property.split('=');
  if (value === undefined) return GENERAL_CATEGORIES.get(name) ?? name;
  if (name === 'General_Category' || name === 'gc') return GENERAL_CATEGORIES.get(value) ?? value;
  return name === 'Script' || name === 'sc' ? value : null;
}
