import { _, type CodeKeywordDefinition, type KeywordCxt, Name, str, stringify } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { isMultipleOf } from './decimal.ts';

/** Linear, where ajv compares every pair, and right about the text "__proto__". */
const areUnique = (items: readonly unknown[]): boolean => new Set(items.map(canonicalJson)).size === items.length;

/** Ajv's own comparison trips over members such as "valueOf". */
function equalsOneOf(choices: readonly (readonly unknown[])[]): (value: unknown) => boolean {
  const sets = choices.map((values) => new Set(values.map(canonicalJson)));
  return (value) => {
    const json = canonicalJson(value);
    return sets.every((set) => set.has(json));
  };
}

/** What generated code has of ours, by these names, wherever it is evaluated. */
export const OURS = { isMultipleOf, areUnique, equalsOneOf, formats: fullFormats };

/** Calls a function of ours in generated code. */
const callOf = ({ gen }: KeywordCxt, name: 'isMultipleOf' | 'areUnique') =>
  gen.scopeValue('func', { ref: OURS[name], code: _`ours.${new Name(name)}` });

/** The keywords whose meaning is ours rather than ajv's, but for the unevaluated. */
export const OWN_KEYWORDS: readonly (CodeKeywordDefinition & { readonly keyword: string })[] = [
  {
    // Decimal where ajv divides binary fractions: 19.99 is a multiple of 0.01.
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    code: (cxt) => cxt.pass(_`${callOf(cxt, 'isMultipleOf')}(${cxt.data}, ${Number(cxt.schema)})`),
    error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
  },
  {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    code(cxt) {
      if (cxt.schema === true) cxt.pass(_`${callOf(cxt, 'areUnique')}(${cxt.data})`);
    },
    error: { message: 'must not have two equal items' },
  },
  {
    // `const` and `enum` of lists and objects.
    keyword: 'equalsOneOf',
    schemaType: 'array',
    code(cxt) {
      const code = _`ours.equalsOneOf(${stringify(cxt.schema)})`;
      cxt.pass(_`${cxt.gen.scopeValue('keyword', { ref: equalsOneOf(cxt.schema), code })}(${cxt.data})`);
    },
    error: { message: 'must be equal to one of the allowed values' },
  },
];
