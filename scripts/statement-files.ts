import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// Loads every module that makes statements.
import '../src/storage/create-storage.ts';
import { madeStatements } from '../src/storage/statement.ts';

/**
 * Writes down every statement as it is now, under the name of the newest migration that it was written for: whether a node
 * that runs them works on beside later migrations is tested with that. A file that is there is never written over.
 */
export function recordStatements(folder: string, newestMigration: string): void {
  const file = join(folder, `${newestMigration}.json`);
  if (existsSync(file)) return;
  const texts = Object.fromEntries([...madeStatements].map(([name, { text }]) => [name, text] as const).sort());
  writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
}
