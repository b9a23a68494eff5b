import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  hasSuite,
  isOptional,
  runSuite,
  SUITE_FOLDERS,
  type SuiteFolder,
  type SuiteOutcome,
  tablesOf,
} from './fixtures/official-suite.ts';

const PAGE = join(import.meta.dirname, '../../docs/contracts.md');
const TABLES = /<!-- official suite -->\n(.*?)\n<!-- \/official suite -->/s;

/** Optional tests of what docs/contracts.md says is not checked: encoded text, and how draft 4 tells 1.0 from 1. */
const ANNOTATIONS = new Set(['optional/content.json', 'optional/zeroTerminatedFloats.json']);

describe.skipIf(!hasSuite)('the official JSON Schema Test Suite, each value as a param', () => {
  let runs: ReadonlyMap<SuiteFolder, readonly SuiteOutcome[]> = new Map();
  const outcomes = (kind: SuiteOutcome['kind']) =>
    [...runs].flatMap(([folder, all]) => all.filter((each) => each.kind === kind).map((each) => ({ folder, ...each })));

  beforeAll(() => {
    runs = new Map(SUITE_FOLDERS.map((folder) => [folder, runSuite(folder)]));
  }, 120_000);

  test('no value passes that must fail, but for formats', () => {
    const passed = outcomes('passes what must fail').filter(
      ({ file }) => !file.startsWith('optional/format/') && !ANNOTATIONS.has(file),
    );
    expect(passed).toEqual([]);
  });

  test('no value is refused that is valid, but for formats', () => {
    const refused = outcomes('refuses what is valid').filter(({ file }) => !/(^|\/)format[./]/.test(file));
    expect(refused).toEqual([]);
  });

  test('what is refused at publication is refused for a few reasons, and never because it cannot be compiled', () => {
    expect(
      outcomes('refused at publication').filter(({ file }) => !isOptional({ file } as SuiteOutcome)).length,
    ).toBeLessThan(outcomes('right').length / 10);
    expect(JSON.stringify(outcomes('refused at publication'))).not.toContain('cannot be compiled');
  });

  test('docs/contracts.md says what becomes of it', () => {
    expect(TABLES.exec(readFileSync(PAGE, 'utf8'))?.[1]).toBe(tablesOf(runs));
  });
});

test.runIf(!hasSuite)(
  'the official JSON Schema Test Suite is not run: ../shared/data is not beside the project',
  () => {
    expect(hasSuite).toBe(false);
  },
);
