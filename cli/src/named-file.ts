import { readFileSync } from 'node:fs';
import { UsageError } from './errors.ts';

/** The text of a file that an option names, which is called `what` where it cannot be read: then throws a UsageError. */
export function textIn(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`The ${what} ${file} cannot be read: ${(error as Error).message}.`);
  }
}
