import { readFileSync } from 'node:fs';
import proxyAddr from '@fastify/proxy-addr';
import { isEmail } from './domain/approver.ts';
import { readVerifier } from './domain/signed-note.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A setting that is missing, of the wrong type or out of range. The message is one line and names the setting. */
export class ConfigError extends Error {}

/** Settings by their names, as an environment has them. */
export type Source = Readonly<Record<string, string | undefined>>;

type Bounds = { readonly min: number; readonly max: number };

/** More proxies in a row than anybody has. */
const PROXY_HOPS_MAX = 32;
/** How its forms are told. */
const TRUSTED_PROXIES_FORM =
  'the number of proxies in front (such as 1), or their addresses and networks (such as 10.0.0.0/8, ::1)';

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

/** An address as RFC 3986 writes it: no spaces, and nothing beyond ASCII. */
const URI = /^[a-z][a-z0-9+.-]*:[\w.~:/?#[\]@!$&'()*+;=%-]+$/i;
const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;

/** The parts of a list that is separated by commas. */
const listed = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** Names of levels in other ecosystems, which users of them have in their settings. */
const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  critical: 'error',
  silent: 'silent',
};

const isUrlOf = (text: string, schemes: readonly string[]): boolean =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)) && new URL(text).host !== '';

/** What web addresses begin with. */
export const WEB = ['http', 'https'];

const beginnings = (schemes: readonly string[]): string => schemes.map((scheme) => `${scheme}://`).join(' or ');

/** What stands behind the name of a secret setting, where the value is in a file. */
const FILE = '_FILE';
/** Of a file that a secret is in. */
const SECRET_FILE_MAX_BYTES = 65_536;

/** The text of a file that a secret is in, without the end of its last line. */
function secretIn(file: string, setting: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${setting} names a file that cannot be read: ${reason}`);
  }
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text.trim() === '') throw new ConfigError(`${setting} names ${file}, which is empty`);
  if (bytes.length > SECRET_FILE_MAX_BYTES) {
    throw new ConfigError(`${setting} names ${file}, which has more than ${SECRET_FILE_MAX_BYTES} bytes`);
  }
  return text;
}

/** Reads one setting at a time, by its name; throws a ConfigError at what is not of its kind. An empty one is not set. */
export function settingReader(environment: Source) {
  const given = (name: string) => environment[name]?.trim() || undefined;

  /** As it is: spaces may belong to it. Each secret may be in a file instead, which the same name with _FILE says. */
  const secret = (name: string): string | undefined => {
    const own = environment[name] || undefined;
    const file = given(name + FILE);
    if (file === undefined) return own;
    if (own !== undefined) throw new ConfigError(`${name} and ${name}${FILE} are both set: one of them must go`);
    return secretIn(file, name + FILE);
  };

  const secretText = (name: string): string | undefined => secret(name)?.trim() || undefined;

  const number = (name: string, fallback: number, { min, max }: Bounds): number => {
    const text = given(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value < min || value > max) {
      throw new ConfigError(`${name} must be a number from ${min} to ${max}, but is "${text}"`);
    }
    return value;
  };

  const oneOf = <Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice => {
    const text = given(name);
    if (text === undefined) return fallback;
    const choice = choices.find((each) => each === text.toLowerCase());
    if (choice === undefined) throw new ConfigError(`${name} must be one of ${choices.join(', ')}, but is "${text}"`);
    return choice;
  };

  const integer = (name: string, fallback: number, bounds: Bounds): number => {
    const value = number(name, fallback, bounds);
    if (!Number.isInteger(value)) {
      throw new ConfigError(`${name} must be a whole number from ${bounds.min} to ${bounds.max}, but is "${value}"`);
    }
    return value;
  };

  return {
    number,
    integer,
    oneOf,
    optional: given,
    secret,
    /** A secret that begins and ends with no space. */
    secretText,
    optionalInteger: (name: string, bounds: Bounds): number | undefined =>
      given(name) === undefined ? undefined : integer(name, 0, bounds),
    /** It is not shown. What goes into a header without quotes. */
    token(name: string, { minLength }: { readonly minLength: number }): string | undefined {
      const text = secretText(name);
      if (text === undefined || (text.length >= minLength && /^[\x21-\x7e]+$/.test(text))) return text;
      throw new ConfigError(`${name} must be at least ${minLength} characters of ASCII without spaces`);
    },
    /** A secret of so many bytes, as base64 has them. */
    bytes(name: string, length: number): string | undefined {
      const text = secretText(name);
      if (text === undefined || (/^[A-Za-z0-9+/]+=*$/.test(text) && Buffer.from(text, 'base64').length === length)) {
        return text;
      }
      throw new ConfigError(
        `${name} must be ${length} bytes in base64, as "openssl rand -base64 ${length}" makes them`,
      );
    },
    text: (name: string, fallback: string): string => given(name) ?? fallback,
    /** A URL that may hold what lets in, so it is not shown. */
    secretUrl(name: string, schemes: readonly string[]): string | undefined {
      const text = secretText(name);
      if (text === undefined || isUrlOf(text, schemes)) return text;
      throw new ConfigError(`${name} must be a URL that begins with ${beginnings(schemes)}`);
    },
    /** What stands in patterns of Redis's access lists as it is. */
    redisPrefix(name: string): string | undefined {
      const text = given(name);
      if (text === undefined || /^[\w.:-]{1,64}$/.test(text)) return text;
      throw new ConfigError(`${name} must be at most 64 characters of A-Z, a-z, 0-9 and _ . : -, but is "${text}"`);
    },
    /** A name that PostgreSQL takes as it is, and does not keep for itself. */
    schemaName(name: string): string | undefined {
      const text = given(name);
      if (text === undefined || (SCHEMA_NAME.test(text) && !/^pg_|^information_schema$/.test(text))) return text;
      throw new ConfigError(
        `${name} must be a name of at most 63 characters of a-z, 0-9 and _, which does not begin with a digit or pg_, but is "${text}"`,
      );
    },
    /** One plain address. */
    mailAddress(name: string): string | undefined {
      const text = given(name);
      if (text === undefined || isEmail(text)) return text;
      throw new ConfigError(`${name} must be one plain e-mail address, such as claw@example.com, but is "${text}"`);
    },
    webAddress(name: string): string | undefined {
      const text = given(name);
      if (text === undefined || isUrlOf(text, WEB)) return text;
      throw new ConfigError(`${name} must be a URL that begins with ${beginnings(WEB)}, but is "${text}"`);
    },
    /** Addresses of these schemes, separated by commas. */
    uris(name: string, schemes: readonly string[]): readonly string[] {
      const uris = listed(given(name));
      for (const uri of uris) {
        // What a URL's parser would leave out, or change, is refused: the address is told as it is.
        if (URI.test(uri) && URL.canParse(uri) && schemes.includes(new URL(uri).protocol.slice(0, -1))) continue;
        const forms = schemes.map((scheme) => `${scheme}:`).join(', ');
        throw new ConfigError(`${name} must be addresses that begin with ${forms}, but one is "${uri}"`);
      }
      return uris;
    },
    /** Verifier keys of an audit trail, separated by commas. */
    verifiers(name: string): readonly string[] {
      const verifiers = listed(given(name));
      for (const verifier of verifiers) {
        if (readVerifier(verifier) !== null) continue;
        throw new ConfigError(
          `${name} must be verifier keys such as clawcierge/…+0123abcd+AQ…, separated by commas, but one is "${verifier}"`,
        );
      }
      return verifiers;
    },
    /** Languages, as BCP 47 has them, separated by commas. */
    languages(name: string, fallback: readonly string[]): readonly string[] {
      const languages = listed(given(name));
      for (const language of languages) {
        if (LANGUAGE.test(language)) continue;
        throw new ConfigError(`${name} must be languages such as en, pt-BR, but one is "${language}"`);
      }
      return languages.length > 0 ? languages : fallback;
    },
    /** As browsers send them, since they are compared as texts. */
    origins(name: string): readonly string[] {
      const origins = listed(given(name));
      for (const origin of origins) {
        if (isUrlOf(origin, WEB) && new URL(origin).origin === origin) continue;
        throw new ConfigError(`${name} must be origins such as https://app.example, but one is "${origin}"`);
      }
      return origins;
    },
    /** Which proxies are believed: none, the nearest so many, or those of these addresses and networks. */
    trustedProxies(name: string): false | number | readonly string[] {
      const text = given(name)?.toLowerCase();
      if (text === undefined || FALSE.has(text)) return false;
      if (/^\d+$/.test(text)) return integer(name, 0, { min: 1, max: PROXY_HOPS_MAX });
      if (TRUE.has(text)) {
        throw new ConfigError(
          `${name} must be ${TRUSTED_PROXIES_FORM}, not "${text}": proxies append to X-Forwarded-For what they see, so whoever believes all of it believes the caller`,
        );
      }
      const proxies = text.split(',').map((each) => each.trim());
      try {
        proxyAddr.compile(proxies);
      } catch {
        throw new ConfigError(`${name} must be false, ${TRUSTED_PROXIES_FORM}, but is "${text}"`);
      }
      return proxies;
    },
    boolean(name: string, fallback: boolean): boolean {
      const text = given(name)?.toLowerCase();
      if (text === undefined) return fallback;
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw new ConfigError(`${name} must be true or false, but is "${text}"`);
    },
    logLevel(name: string, fallback: LogLevel): LogLevel {
      const text = given(name)?.toLowerCase();
      const level = text === undefined ? fallback : LOG_LEVELS[text];
      if (level === undefined) {
        throw new ConfigError(`${name} must be one of ${Object.keys(LOG_LEVELS).join(', ')}, but is "${text}"`);
      }
      return level;
    },
  };
}
