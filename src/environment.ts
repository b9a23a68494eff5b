import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config.ts';

/** The process's settings: of its environment, and where that says nothing, of `.env` in the working directory. */
export function readEnvironment(): Record<string, string | undefined> {
  return { ...dotEnv(), ...process.env };
}

function dotEnv(): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new ConfigError(`.env could not be read: ${messageOf(error)}`);
  }
}

/** What a program says of an error before it ends. */
export function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return `Configuration: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
