import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import type { Log } from './application/ports/log.ts';
import { type Config, readConfig } from './config.ts';
import { messageOf, readEnvironment } from './environment.ts';
import { createLog } from './log.ts';
import { createDatabaseLink, type DatabaseLink } from './postgres/database-link.ts';
import type { Progress } from './storage/backup/progress.ts';
import { hasEmbeddedData, openEmbeddedPostgres } from './storage/embedded/open-embedded-postgres.ts';
import { openLink } from './storage/open-link.ts';
import { inWordsOf } from './storage/schema/open-database.ts';

/** What a program that works on the platform's data works with. */
export type Surroundings = {
  readonly config: Config;
  readonly log: Log;
  readonly platformVersion: string;
  /** Aborted when the program is told to stop. */
  readonly signal: AbortSignal;
  /** Tells the operator, on standard error: the standard output may be the backup. */
  say(line: string): void;
};

/** What such a program was started with, besides. */
export type DataProgram<Flag extends string> = Surroundings & {
  /** The file that was named; `-` for the standard stream. */
  readonly file: string;
  readonly flags: Readonly<Record<Flag, boolean>>;
};

/** What a shell takes for the end by that signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs the work with one file and flags from the command line; whatever fails is said in a line, with exit code 1. */
export async function runDataProgram<Flag extends string>(
  { usage, flags }: { readonly usage: string; readonly flags: readonly Flag[] },
  work: (program: DataProgram<Flag>) => Promise<void>,
): Promise<void> {
  const given = argumentsFor(flags);
  if (given === null) return showUsage(usage);
  await runProgram((surroundings) => work({ ...given, ...surroundings() }));
}

/** Says how the program is called: because that was asked, or because it was called in another way, and if known in which. */
export function showUsage(usage: string, fault?: string): void {
  console.error(fault === undefined ? usage : `${fault}\n\n${usage}`);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
}

/** Runs the work until it is done, or the program is told to stop. The settings are read when they are first asked for. */
export async function runProgram(work: (surroundings: () => Surroundings) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    process.once(name, () => {
      process.exitCode = exitCode;
      stopping.abort();
    });
  }
  try {
    await work(() => {
      const config = readConfig(readEnvironment());
      const say = (line: string) => console.error(line);
      return {
        config,
        log: createLog(config),
        platformVersion: packageJson.version,
        signal: stopping.signal,
        say,
      };
    });
  } catch (error) {
    console.error(stopping.signal.aborted ? 'Stopped before it was done.' : messageOf(error));
    process.exitCode ??= 1;
  }
}

function argumentsFor<Flag extends string>(flags: readonly Flag[]) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const, default: false }])),
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) return null;
    const isSet = (flag: Flag) => [flag, values[flag] === true] as const;
    return { file, flags: Object.fromEntries(flags.map(isSet)) as Record<Flag, boolean> };
  } catch {
    return null;
  }
}

/** For what works on a database that there is: throws where the settings name none, instead of making one. */
export function requireDatabase({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>): void {
  if (databaseUrl !== undefined || hasEmbeddedData(dataDir)) return;
  throw new Error(`There is no database in ${dataDir}: set DATA_DIR, or DATABASE_URL.`);
}

/** The database that the settings name; the embedded one whether a platform is running it or not. */
export async function openDatabase(
  { config, log }: { readonly config: Config; readonly log: Log },
  { replacesOtherVersion = false }: { readonly replacesOtherVersion?: boolean } = {},
): Promise<{
  readonly link: DatabaseLink;
  /** As an operator knows it. */
  readonly name: string;
  /** Says that what was to be done is done. Answers where data of an older version are kept that it has replaced. */
  complete(): Promise<string | null>;
  close(): Promise<void>;
}> {
  const { databaseUrl, databaseDirectUrl: directUrl, databasePassword: password, databasePooler, dataDir } = config;
  if (databaseUrl !== undefined) {
    // Past the pooler, which would not keep what a whole copy needs, nor the lock of a migration to whoever took it.
    const pooler = directUrl === undefined ? databasePooler : 'transaction';
    const { direct } = await inWordsOf(config, () => openLink({ databaseUrl, directUrl, password, pooler, log }));
    return { link: direct, name: direct.setting, complete: async () => null, close: async () => undefined };
  }
  const { databaseUrl: address, ...rest } = await openEmbeddedPostgres({ dataDir, log, replacesOtherVersion });
  return { link: createDatabaseLink(address), name: `the embedded database in ${dataDir}`, ...rest };
}

/** Where it is, in a line. */
export const progressText = ({ table, rows, bytes }: Progress): string =>
  `  ${table}: ${countText(rows)} rows, ${sizeText(bytes)}`;

export const countText = (count: number): string => count.toLocaleString('en');

export const sizeText = (bytes: number): string => {
  const mebibytes = bytes / 1_048_576;
  return mebibytes < 1 ? `${Math.ceil(bytes / 1_024)} KiB` : `${mebibytes.toFixed(1)} MiB`;
};
