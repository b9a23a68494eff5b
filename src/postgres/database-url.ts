import { userInfo } from 'node:os';
import { type Refuse, readParameters } from './url-parameters.ts';

/** `allow` and `prefer` do without TLS when it cannot be had; the last two look at the server's certificate. */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** What a server must be like to be connected to. */
export const SERVER_KINDS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

export type Host = {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
};

/** As `sslmode`, `sslrootcert` and the like say it. */
export type TlsSettings = {
  readonly mode: TlsMode;
  /** A file, or `system` for the authorities that this machine trusts. */
  readonly rootCert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassword: string | null;
  /** Whether TLS begins at once, without asking the server whether it speaks it. */
  readonly isDirect: boolean;
};

/** What a URL says of a database. */
export type DatabaseAddress = {
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  /** In the order in which they are tried. */
  readonly hosts: readonly Host[];
  readonly tls: TlsSettings;
  readonly serverKind: ServerKind;
  /** Whether each connection takes the hosts in an order of its own. */
  readonly isBalanced: boolean;
  /** For each host; null where the URL says nothing. */
  readonly connectTimeoutMs: number | null;
  readonly applicationName: string | null;
  /** Command-line options for the server, such as `-c geqo=off`. */
  readonly options: string | null;
};

const SCHEMES = ['postgres:', 'postgresql:', 'postgresql+asyncpg:'];
const PORT = 5_432;
const HOSTS_MAX = 32;
const HOST = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/;

/**
 * Reads a URL as libpq does: any number of hosts, each with its port, and libpq's parameters. SQLAlchemy's
 * `postgresql+asyncpg://` is understood, with its `ssl=`. Anything else is refused in one line that names the setting
 * and shows nothing of what may be a secret.
 */
export const readDatabaseUrl = (text: string, setting = 'DATABASE_URL'): DatabaseAddress => {
  const refuse: Refuse = (what) => {
    throw new Error(`${setting} ${what}`);
  };
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme)) {
    const instead = scheme === undefined ? '' : `, not with ${scheme}//`;
    return refuse(`must begin with postgres://, postgresql:// or postgresql+asyncpg://${instead}.`);
  }
  const rest = text.slice(scheme.length);
  const [, authority = '', path = '', query = ''] = /^\/\/([^/?#]*)([^?#]*)\??(.*)$/s.exec(rest) ?? [];
  // What ends the part before the hosts too early is a password's.
  if (rest.includes('#') || `${path}${query}`.includes('@')) {
    refuse('has one of / ? # @ where it cannot stand: in a user or password write %2F %3F %23 %40.');
  }
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return refuse('has a % that does not begin the code of a character: write %25 for the character itself.');
    }
  };
  const parameters = readParameters(query, decode, refuse);

  const at = authority.lastIndexOf('@');
  const [user = '', ...password] = authority.slice(0, Math.max(at, 0)).split(':');
  const database = parameters.database ?? decode(path.slice(1));
  if (database === '') refuse('names no database: it should end in /database.');
  const hosts = parameters.hosts
    ? zip(parameters.hosts, parameters.ports ?? [])
    : authority
        .slice(at + 1)
        .split(',')
        .map((one): Host => {
          const [, address, name = '', port] = HOST.exec(one) ?? refuse('names a host or port that is none.');
          return { host: decode(address ?? name), port: readPort(port) };
        });
  return {
    ...parameters.address,
    // Not as libpq, for which any will do: the platform writes.
    serverKind: parameters.serverKind ?? (hosts.length > 1 ? 'read-write' : 'any'),
    user: parameters.user ?? (user === '' ? userInfo().username : decode(user)),
    password: parameters.password ?? (password.length === 0 ? null : decode(password.join(':'))),
    database,
    hosts: (hosts.length <= HOSTS_MAX ? hosts : refuse(`names more than ${HOSTS_MAX} hosts.`)).map(
      ({ host, port }) => ({ host: host === '' ? 'localhost' : host, port }),
    ),
  };

  function zip(names: readonly string[], ports: readonly string[]): readonly Host[] {
    if (ports.length > 1 && ports.length !== names.length) refuse('has as many ports as hosts, or one for all.');
    return names.map((host, index) => ({ host, port: readPort(ports[index] ?? ports[0]) }));
  }

  function readPort(digits: string | undefined): number {
    if (digits === undefined || digits === '') return PORT;
    const port = Number(digits);
    return Number.isInteger(port) && port >= 1 && port <= 65_535
      ? port
      : refuse('names a port that is not between 1 and 65535.');
  }
};
