import { type DatabaseAddress, SERVER_KINDS, type ServerKind, TLS_MODES, type TlsSettings } from './database-url.ts';

/** What a URL's parameters say, and what they say in place of the part before them. */
export type UrlParameters = {
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string | null;
  readonly hosts: readonly string[] | null;
  readonly ports: readonly string[] | null;
  readonly serverKind: ServerKind | null;
  readonly address: Omit<DatabaseAddress, 'user' | 'password' | 'database' | 'hosts' | 'serverKind'>;
};

const KNOWN = [
  'user',
  'password',
  'dbname',
  'host',
  'port',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslnegotiation',
  'ssl',
  'target_session_attrs',
  'load_balance_hosts',
  'connect_timeout',
  'application_name',
  'options',
];

/** Of libpq, and of no consequence here: the encoding is always UTF-8, and keepalive is always on. */
const WITHOUT_EFFECT = [
  'client_encoding',
  'fallback_application_name',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
  'sslcompression',
  'sslsni',
  'uselibpqcompat',
];

/** libpq's parameters whose values that ask for nothing are taken; others ask for what is not to be had here. */
const ONLY_AS: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  gssencmode: ['disable', 'prefer'],
};

/** libpq knows no shorter one. */
const CONNECT_TIMEOUT_MIN_SECONDS = 2;
const CONNECT_TIMEOUT_MAX_SECONDS = 300;

/** Throws, with the name of the setting before what it is told. */
export type Refuse = (what: string) => never;

/** Reads what stands after the `?`. A parameter that is not known is refused: it may be one that safety depends on. */
export const readParameters = (query: string, decode: (part: string) => string, refuse: Refuse): UrlParameters => {
  const given = new Map<string, string>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [name = '', ...value] = pair.split('=');
    given.set(decode(name), decode(value.join('=')));
  }
  for (const [name, value] of given) {
    if (KNOWN.includes(name) || WITHOUT_EFFECT.includes(name) || ONLY_AS[name]?.includes(value)) continue;
    if (ONLY_AS[name])
      refuse(`has ${name} as what the platform does not offer: ${ONLY_AS[name].join(' or ')} it can be.`);
    // Nothing that is longer, or has other characters, is the name of a parameter.
    const named = /^[a-z_]{1,40}$/i.test(name) ? ` "${name}"` : '';
    refuse(`has a parameter${named} that is not known; known are ${KNOWN.join(', ')}.`);
  }
  const get = (name: string): string | null => given.get(name) || null;
  const oneOf = <const Value extends string>(name: string, values: readonly Value[]): Value | null => {
    const text = get(name);
    if (text === null) return null;
    return values.find((value) => value === text) ?? refuse(`must have ${name} as one of ${values.join(', ')}.`);
  };

  const hosts = get('host')?.split(',') ?? null;
  return {
    user: get('user'),
    password: get('password'),
    database: get('dbname'),
    hosts,
    ports: get('port')?.split(',') ?? null,
    serverKind: oneOf('target_session_attrs', SERVER_KINDS),
    address: {
      tls: readTls(),
      isBalanced: oneOf('load_balance_hosts', ['disable', 'random']) === 'random',
      connectTimeoutMs: readConnectTimeout(),
      applicationName: get('application_name'),
      options: get('options'),
    },
  };

  function readTls(): TlsSettings {
    const rootCert = get('sslrootcert');
    const mode = readTlsMode() ?? (rootCert === 'system' ? 'verify-full' : 'prefer');
    if (rootCert === 'system' && mode !== 'verify-full') {
      refuse('has sslrootcert=system, which is of use with sslmode=verify-full alone.');
    }
    if (mode === 'verify-ca' && rootCert === null) {
      refuse("has sslmode=verify-ca, which needs sslrootcert, the file with the authority's certificate.");
    }
    if ((get('sslcert') === null) !== (get('sslkey') === null)) {
      refuse('has one of sslcert and sslkey: they are of use together.');
    }
    const isDirect = oneOf('sslnegotiation', ['postgres', 'direct']) === 'direct';
    if (isDirect && ['disable', 'allow', 'prefer'].includes(mode)) {
      refuse('has sslnegotiation=direct, which needs sslmode=require, verify-ca or verify-full.');
    }
    return { mode, rootCert, cert: get('sslcert'), key: get('sslkey'), keyPassword: get('sslpassword'), isDirect };
  }

  function readTlsMode(): TlsSettings['mode'] | null {
    const ssl = get('ssl');
    if (ssl === null || get('sslmode') !== null) return oneOf('sslmode', TLS_MODES);
    // As other drivers mean it, whose parameter it is.
    if (ssl === 'true' || ssl === '1') return 'verify-full';
    if (ssl === 'false' || ssl === '0') return 'disable';
    return oneOf('ssl', TLS_MODES);
  }

  function readConnectTimeout(): number | null {
    const text = get('connect_timeout');
    if (text === null || text === '0') return null;
    const seconds = Number(text);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > CONNECT_TIMEOUT_MAX_SECONDS) {
      return refuse(`must have connect_timeout as seconds between 1 and ${CONNECT_TIMEOUT_MAX_SECONDS}.`);
    }
    return Math.max(seconds, CONNECT_TIMEOUT_MIN_SECONDS) * 1_000;
  }
};
