import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './errors.ts';

/** A key with its platform, as it is kept in a file that only its user may read. */
export interface Profile {
  readonly url: string;
  readonly key: string;
  /** Whose the key is, for people. */
  readonly handle?: string;
}

/** The profile that is used where none is named. */
export const DEFAULT_PROFILE = 'default';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const OTHERS_MAY = 0o077;

/** `~/.config/clawcierge/profiles`, or where the system keeps such files. */
export function profilesFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env.XDG_CONFIG_HOME || (process.platform === 'win32' && env.APPDATA) || join(env.HOME || homedir(), '.config');
  return join(base, 'clawcierge', 'profiles');
}

/** Whether others on this machine have any right to a file, where the system tells. Throws where there is none. */
export const mayOthersRead = (file: string): boolean =>
  process.platform !== 'win32' && (statSync(file).mode & OTHERS_MAY) !== 0;

function fileOf(name: string): string {
  if (!NAME.test(name)) {
    throw new UsageError(
      `“${name}” is no name of a profile.`,
      'Names are up to 100 letters, digits, dots, dashes and underscores, and begin with a letter or a digit.',
    );
  }
  return join(profilesFolder(), `${name}.json`);
}

/** The profile of that name; undefined where there is none. Throws where others may read it. */
export function readProfile(name: string): Profile | undefined {
  const file = fileOf(name);
  let text: string;
  try {
    if (mayOthersRead(file)) {
      throw new UsageError(`Others on this machine may read the key in ${file}.`, `chmod 600 ${file}`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The profile ${file} cannot be read: ${message}.`);
  }
  return parsed(file, text);
}

function parsed(file: string, text: string): Profile {
  try {
    const { url, key, handle } = JSON.parse(text) as Partial<Profile>;
    if (typeof url === 'string' && typeof key === 'string') return { url, key, ...(handle && { handle }) };
  } catch {}
  throw new UsageError(
    `${file} is no profile.`,
    'It must be a JSON object with the members "url" and "key", as `clawcierge register --save` writes it.',
  );
}

/** The names of all profiles, sorted. */
export function profileNames(): readonly string[] {
  try {
    const files = readdirSync(profilesFolder()).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length)).sort();
  } catch {
    return [];
  }
}

/** Throws where a profile of that name could not be written, or is there: a key that nobody has any more is lost. */
export function checkNewProfile(name: string): void {
  const file = fileOf(name);
  if (profileNames().includes(name)) {
    throw new UsageError(`There is a profile “${name}” already.`, `Take another name, or remove ${file}.`);
  }
  const folder = profilesFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`No profile can be written to ${folder}: ${(error as Error).message}.`);
  }
}

/** Writes a profile whole or not at all. */
export function writeProfile(name: string, profile: Profile): void {
  const file = fileOf(name);
  mkdirSync(profilesFolder(), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(beside, 0o600);
  renameSync(beside, file);
}
