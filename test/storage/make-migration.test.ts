import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeList, writeMigration } from '../../scripts/migration-files.ts';

function aFolder(...files: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) writeFileSync(join(folder, file), '');
  return { folder, read: (file: string) => readFileSync(join(folder, file), 'utf8') };
}

it('a migration gets the next number, and its line in the list', () => {
  const { folder, read } = aFolder('0001-create-tables.ts');
  const statements = ["alter table a add b text default '`$'"];
  expect(writeMigration(folder, 'add-owners', statements)).toBe('0002-add-owners.ts');
  expect(read('0002-add-owners.ts')).toContain("  statements: [`alter table a add b text default '\\`\\$'`],");
  expect(read('0002-add-owners.ts')).toContain("export const addOwners: Migration = {\n  kind: 'expand',");
  expect(read('index.ts')).toContain("{ name: '0001-create-tables', ...createTables }");
  expect(read('index.ts')).toContain("{ name: '0002-add-owners', ...addOwners }");
});

it('a name that is none, or is taken, is refused, and two of one number are told', () => {
  const { folder } = aFolder('0001-create-tables.ts');
  for (const name of ['Add owners', '../evil', '', 'create-tables']) {
    expect(() => writeMigration(folder, name, [])).toThrow(/migration/);
  }
  writeFileSync(join(folder, '0001-other.ts'), '');
  expect(() => writeList(folder)).toThrow(/number 0001/);
});
