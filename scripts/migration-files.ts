import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = /^(\d{4})-([a-z0-9-]+)\.ts$/;
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Writes the next numbered migration, of statements that bring the tables to what the entities say, and registers it. Answers the file's name. Throws when the name is no name, or
 * taken; a file that is there is never written over.
 */
export function writeMigration(folder: string, name: string, statements: readonly string[]): string {
  if (!NAME.test(name)) throw new Error(`A migration is called like add-owners, not like ${JSON.stringify(name)}.`);
  const before = migrationFiles(folder);
  if (before.some((file) => file.name === name)) throw new Error(`There is a migration called ${name} already.`);
  const number = String(Number(before.at(-1)?.number ?? 0) + 1).padStart(4, '0');
  const file = `${number}-${name}.ts`;
  writeFileSync(join(folder, file), migrationText(constantOf(name), statements), { flag: 'wx' });
  writeList(folder);
  execFileSync('npx', ['biome', 'format', '--write', join(folder, file), join(folder, 'index.ts')], {
    stdio: 'ignore',
  });
  return file;
}

/** Writes `index.ts` from the folder's files: what two branches added is all there after a merge. */
export function writeList(folder: string): void {
  const files = migrationFiles(folder);
  const numbers = files.map(({ number }) => number);
  const doubled = numbers.find((number, index) => numbers.indexOf(number) !== index);
  if (doubled !== undefined) {
    throw new Error(
      `Two migrations have the number ${doubled}: give the one that is not released yet the next number.`,
    );
  }
  const imports = files.map(({ stem, name }) => `import { ${constantOf(name)} } from './${stem}.ts';`);
  const entries = files.map(({ stem, name }) => `  { name: '${stem}', ...${constantOf(name)} },`);
  const text = `import type { NamedMigration } from '../schema/migration.ts';
${imports.join('\n')}

/**
 * Every migration, in order; written by \`npm run migration\`. Their names are recorded in the database: a released one
 * is never renamed.
 */
export const MIGRATIONS: readonly NamedMigration[] = [
${entries.join('\n')}
];
`;
  writeFileSync(join(folder, 'index.ts'), text);
}

/** The migrations of the folder, in order. */
export const migrationFiles = (folder: string) =>
  readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, number, name] = FILE.exec(file) ?? [];
      return number === undefined || name === undefined ? [] : [{ stem: `${number}-${name}`, number, name }];
    });

const constantOf = (name: string): string => name.replace(/-([a-z0-9])/g, (_, first: string) => first.toUpperCase());

const migrationText = (
  constant: string,
  statements: readonly string[],
): string => `import type { Migration } from '../schema/migration.ts';

export const ${constant}: Migration = {
  kind: 'expand',
  statements: [
${statements.map((sql) => `    \`${sql.replace(/[`$\\]/g, '\\$&')}\`,`).join('\n')}
  ],
};
`;
