import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES_MAX, CAPABILITY, CONTRACT_MAX_BYTES } from '../../src/domain/contract.ts';
import { fieldsOf } from '../../src/domain/fields.ts';
import { SCHEMA_DEPTH_MAX, SCHEMA_MAX_BYTES } from '../../src/enforcement/contract/analyse-schema.ts';
import { CONTRACT_SIZE_MAX } from '../../src/enforcement/contract/check-capabilities.ts';
import { CONSTRAINTS_MAX } from '../../src/enforcement/contract/constraints.ts';
import { SUBSCHEMAS_MAX, UNICODE_PROPERTIES_MAX } from '../../src/enforcement/contract/read-schema.ts';
import { EXPANDED_MAX, PATTERN_SIZES_MAX, REFERRED_MAX } from '../../src/enforcement/contract/schema-cost.ts';
import { ENUM_VALUES_MAX, KEYWORDS, REFERENCES } from '../../src/enforcement/contract/schema-keywords.ts';
import {
  PATTERN_MAX_LENGTH,
  PATTERN_REPEAT_MAX,
  PATTERN_SIZE_MAX,
} from '../../src/enforcement/contract/translate-pattern.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/contracts.md'), 'utf8');

const inWords = (count: number): string => count.toLocaleString('en');
const kib = (bytes: number): string => `${inWords(bytes / 1_024)} KiB`;
const charactersIn = (...names: readonly string[]): string =>
  `${names.map((each) => inWords(fieldsOf(CAPABILITY).find(({ name }) => name === each)?.keywords.maxLength ?? 0)).join(', ')} characters`;

const BOUNDS: readonly (readonly [string, string])[] = [
  ['actions in a contract', inWords(CAPABILITIES_MAX)],
  ['a contract as JSON', kib(CONTRACT_MAX_BYTES)],
  [
    "an action's name, its title, its description, its text param",
    charactersIn('action', 'title', 'description', 'textParam'),
  ],
  ['constraints of an action', inWords(CONSTRAINTS_MAX)],
  ['a schema as JSON', kib(SCHEMA_MAX_BYTES)],
  ['levels in a schema', inWords(SCHEMA_DEPTH_MAX)],
  ['subschemas in it', inWords(SUBSCHEMAS_MAX)],
  ['subschemas that references refer to, in all', inWords(REFERRED_MAX)],
  ['parts when all references are written out', inWords(EXPANDED_MAX)],
  ['values of an `enum`', inWords(ENUM_VALUES_MAX)],
  ['characters of a pattern', inWords(PATTERN_MAX_LENGTH)],
  ['times that a pattern repeats something, nested ones multiplied', inWords(PATTERN_REPEAT_MAX)],
  ["a pattern's size when its repetitions are written out", inWords(PATTERN_SIZE_MAX)],
  ["all a schema's patterns' sizes", inWords(PATTERN_SIZES_MAX)],
  ['Unicode properties (`\\p{…}`) in them', inWords(UNICODE_PROPERTIES_MAX)],
  ['those sizes in all of a contract, each subschema that references refer to being 16', inWords(CONTRACT_SIZE_MAX)],
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The rows of the table that has these headings. */
function tableUnder(...headings: readonly string[]): readonly string[] {
  const lines = PAGE.split('\n');
  const first = lines.indexOf(row(headings)) + 2;
  const last = lines.findIndex((line, index) => index > first && line === '');
  return lines.slice(first, last);
}

describe('docs/contracts.md', () => {
  it('lists every keyword that decides, with the drafts that have it', () => {
    const groups = Map.groupBy([...REFERENCES, ...KEYWORDS], ([, { since = 'draft-04', until = '–' }]) =>
      row([since, until]),
    );
    const rows = [...groups].map(
      ([lifetime, of]) => `| ${of.map(([keyword]) => `\`${keyword}\``).join(' ')} ${lifetime}`,
    );
    expect(tableUnder('keyword', 'since', 'until')).toEqual(rows);
  });

  it('lists every format', () => {
    const paragraph = PAGE.split('\n\n').find((each) => each.startsWith('`date`')) ?? '';
    expect(paragraph.split(/\s+/)).toEqual(Object.keys(fullFormats).map((name) => `\`${name}\``));
  });

  it('lists every bound', () => {
    expect(tableUnder('what', 'at most')).toEqual(BOUNDS.map((bound) => row(bound)));
  });
});
