import { LEAST_ANSWER_BYTES } from '@clawcierge/agent-sdk/limits';
import { UsageError } from './errors.ts';
import { textIn } from './named-file.ts';
import { platformUrl } from './platform-url.ts';
import { DEFAULT_PROFILE, mayOthersRead, type Profile, profileNames, readProfile } from './profiles.ts';

/** Where the platform of whoever says nothing is. */
export const DEFAULT_URL = 'http://localhost:8000';

/** What the command line says of the platform and the key. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly keyFile?: string;
  readonly profile?: string;
}

/** A platform, and the key to use there; without one where none was found. */
export interface Connection {
  readonly url: string;
  readonly key: string | undefined;
  /** The agent that the profile is for whose key it is. */
  readonly handle?: string;
  /** How much of an answer is taken. */
  readonly bounds: AnswerBounds;
  /** Where each comes from, for people. */
  readonly from: { readonly url: string; readonly key: string };
  /** What whoever uses it should know, such as that others may read the key. */
  readonly warning?: string | undefined;
}

/** As the SDK takes it. */
interface AnswerBounds {
  /** The largest answer that is taken; the SDK's default where it is left out. */
  readonly maxAnswerBytes?: number;
}

/** One that has a key, as the SDK takes it. */
export interface KeyedConnection extends AnswerBounds {
  readonly url: string;
  readonly apiKey: string;
}

/**
 * Finds the platform and the key: an option of the command line comes before a profile that it names, that before the
 * environment, and that before the profile `default`. A profile's key goes to the profile's platform and nowhere else.
 */
export function findConnection(options: ConnectionOptions, env: NodeJS.ProcessEnv = process.env): Connection {
  const named = options.profile ?? (env.CLAWCIERGE_PROFILE || undefined);
  const profile = profileOf(named);
  const url = firstOf<string>(
    [options.url, '--url'],
    [named === undefined ? undefined : profile?.url, `profile ${named}`],
    [env.CLAWCIERGE_URL || undefined, 'CLAWCIERGE_URL'],
    [profile?.url, `profile ${DEFAULT_PROFILE}`],
    [DEFAULT_URL, 'the default'],
  );
  if (env.CLAWCIERGE_KEY && env.CLAWCIERGE_KEY_FILE) {
    throw new UsageError('CLAWCIERGE_KEY and CLAWCIERGE_KEY_FILE are both set.', 'Set one of them.');
  }
  const key = firstOf<KeySource>(
    [options.keyFile === undefined ? undefined : { file: options.keyFile }, '--key-file'],
    [named === undefined ? undefined : keyOf(profile), `profile ${named}`],
    [env.CLAWCIERGE_KEY ? { key: env.CLAWCIERGE_KEY } : undefined, 'CLAWCIERGE_KEY'],
    [env.CLAWCIERGE_KEY_FILE ? { file: env.CLAWCIERGE_KEY_FILE } : undefined, 'CLAWCIERGE_KEY_FILE'],
    [keyOf(profile), `profile ${DEFAULT_PROFILE}`],
  );
  const bounds = boundsIn(env);
  const isProfilesKey = key?.from.startsWith('profile ');
  if (isProfilesKey && profile && url && !isSamePlace(profile.url, url.value)) {
    if (named === undefined) return { url: url.value, key: undefined, bounds, from: { url: url.from, key: 'nowhere' } };
    throw new UsageError(
      `The key of the profile “${named}” is for ${profile.url}, and ${url.from} says ${url.value}.`,
      'Leave the address out, or name the key for it with --key-file.',
    );
  }
  return {
    url: url?.value ?? DEFAULT_URL,
    key: key?.value.file === undefined ? key?.value.key : keyIn(key.value.file),
    bounds,
    warning: key?.value.file === undefined ? undefined : warningOf(key.value.file),
    ...(isProfilesKey && profile?.handle !== undefined && { handle: profile.handle }),
    from: { url: url?.from ?? 'the default', key: key?.from ?? 'nowhere' },
  };
}

/** The platform's address, if it can be one. */
export function checkedUrl({ url, from }: Connection): string {
  if (platformUrl(url) !== null) return url;
  throw new UsageError(`“${url}” (${from.url}) is no address of a platform.`, 'As in https://agents.example.com');
}

/** The platform and the key, for what cannot be done without one. */
export function needKey(connection: Connection): KeyedConnection {
  const { key, bounds } = connection;
  const url = checkedUrl(connection);
  if (key !== undefined) return { url, apiKey: key, ...bounds };
  const profiles = profileNames();
  const known = profiles.length === 0 ? '' : ` There are the profiles ${profiles.join(', ')}.`;
  throw new UsageError(
    `This needs a key for ${url}.`,
    `Set CLAWCIERGE_KEY_FILE or CLAWCIERGE_KEY, or name a file with --key-file or a profile with --profile.${known}`,
  );
}

function boundsIn({ CLAWCIERGE_MAX_ANSWER_BYTES: bytes }: NodeJS.ProcessEnv): AnswerBounds {
  if (!bytes) return {};
  if (/^\d{1,12}$/.test(bytes) && Number(bytes) >= LEAST_ANSWER_BYTES) return { maxAnswerBytes: Number(bytes) };
  throw new UsageError(`CLAWCIERGE_MAX_ANSWER_BYTES must be a whole number of at least ${LEAST_ANSWER_BYTES}.`);
}

/** Read once it is known to be the one that is used. */
type KeySource = { readonly key: string; readonly file?: undefined } | { readonly file: string };

const keyOf = (profile: Profile | undefined): KeySource | undefined => profile && { key: profile.key };

type Source<Value> = readonly [value: Value | undefined, from: string];

function firstOf<Value>(...sources: readonly Source<Value>[]): { value: Value; from: string } | undefined {
  for (const [value, from] of sources) if (value !== undefined) return { value, from };
  return undefined;
}

function profileOf(named: string | undefined): Profile | undefined {
  const profile = readProfile(named ?? DEFAULT_PROFILE);
  if (profile || named === undefined) return profile;
  const others = profileNames();
  throw new UsageError(
    `There is no profile “${named}”.`,
    others.length === 0 ? '`clawcierge register --save NAME` makes one.' : `There are: ${others.join(', ')}.`,
  );
}

const isSamePlace = (one: string, other: string) => normal(one) === normal(other);
const normal = (url: string) => (URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url);

/** The key in a file, without the line break at its end. */
export function keyIn(file: string): string {
  const key = textIn(file, 'key file').trim();
  if (key === '') throw new UsageError(`The key file ${file} is empty.`);
  return key;
}

/** What is to be said of a key file that others on this machine may read. */
export const warningOf = (file: string): string | undefined =>
  mayOthersRead(file) ? `Others on this machine may read the key in ${file}: chmod 600 ${file}` : undefined;
