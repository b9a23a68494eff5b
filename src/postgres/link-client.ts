import type { Socket } from 'node:net';
import pg from 'pg';
import type { DatabaseAddress, Host, ServerKind } from './database-url.ts';
import { codeOf, LinkError } from './link-error.ts';
import { isFolder, openStream, type Speech } from './open-stream.ts';
import type { TlsFiles } from './tls-files.ts';

/** What every connection to a database goes by. */
export type Route = {
  readonly setting: string;
  readonly address: DatabaseAddress;
  /** For all hosts together. */
  readonly connectWithinMs: number;
  readTlsFiles(): TlsFiles;
  /** The hosts in the order in which they are to be tried. */
  hosts(): readonly Host[];
  /** Says which host was the right one. */
  found(host: Host): void;
};

type Callback = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** What the driver's client keeps to itself, and an attempt at another host starts anew. */
type DriverState = {
  connection: pg.Connection;
  _connecting: boolean;
  _connected: boolean;
  _connectionError: boolean;
  _ended: boolean;
  _queryable: boolean;
  readyForQuery: boolean;
  readonly processID: number | null;
};

const AS_NEW = {
  _connecting: false,
  _connected: false,
  _connectionError: false,
  _ended: false,
  _queryable: true,
  readyForQuery: false,
} satisfies Partial<DriverState>;

/** How long before the caller gives up the attempts do, so that the caller hears why. */
const HEADWAY_MS = 100;

/**
 * The driver's client, which connects as libpq does: to the first of several hosts that is of the right kind, and with
 * TLS as `sslmode` says. The driver gets a stream on which only PostgreSQL's own protocol is left to speak.
 */
export class LinkClient extends pg.Client {
  readonly #route: Route;
  readonly #start: Readonly<Record<string, string>>;
  readonly #config: pg.ClientConfig;

  /** `start` is what the connection begins with: PostgreSQL's run-time parameters by their names. */
  constructor(config: pg.ClientConfig, route: Route, start: Readonly<Record<string, string>>) {
    super(config);
    this.#config = config;
    this.#route = route;
    this.#start = start;
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.Client> | undefined {
    const connected = this.#tryAll();
    if (callback === undefined) return connected.then(() => this);
    connected.then(
      () => (callback as (error: null, client: pg.Client) => void)(null, this),
      (error) => (callback as (error: Error) => void)(error),
    );
    return undefined;
  }

  /** What the connection begins with, as the driver asks for it. Nothing is taken from PG… variables. */
  getStartupConf(): Readonly<Record<string, string>> {
    const { user, database } = this.#route.address;
    return { user, database, ...this.#start };
  }

  /** The process that serves it, as the other side says when a connection begins. */
  get serverProcess(): number | null {
    return (this as unknown as DriverState).processID;
  }

  /** Ends it at once, without a word to the server, which may be gone. */
  destroy(): void {
    (this.connection.stream as Socket).destroy();
  }

  async #tryAll(): Promise<void> {
    const { address, connectWithinMs, setting } = this.#route;
    const hosts = this.#route.hosts();
    const inAllMs = connectWithinMs - HEADWAY_MS;
    const overall = AbortSignal.timeout(inAllMs);
    const perHostMs = address.connectTimeoutMs ?? Math.ceil(inAllMs / hosts.length);
    const failures: { readonly host: Host; readonly error: unknown }[] = [];
    // Only where none of the first kind is found: any server will do.
    const rounds: readonly ServerKind[] =
      address.serverKind === 'prefer-standby' ? ['standby', 'any'] : [address.serverKind];
    for (const kind of rounds) {
      for (const host of hosts) {
        if (overall.aborted) break;
        try {
          await this.#tryHost(host, kind, AbortSignal.any([overall, AbortSignal.timeout(perHostMs)]));
          this.#route.found(host);
          return;
        } catch (error) {
          failures.push({ host, error });
        }
      }
    }
    throw inOne(failures, setting);
  }

  async #tryHost(host: Host, kind: ServerKind, signal: AbortSignal): Promise<void> {
    const ways = isFolder(host.host) ? PLAIN : WAYS[this.#route.address.tls.mode];
    for (const [index, speech] of ways.entries()) {
      try {
        await this.#tryOnce(host, speech, signal);
        break;
      } catch (error) {
        if (index === ways.length - 1 || signal.aborted || !isWorthAnotherWay(error)) throw error;
      }
    }
    try {
      await this.#check(kind, host);
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  /** One connection, up to where statements may be sent. */
  async #tryOnce(host: Host, speech: Speech, signal: AbortSignal): Promise<void> {
    const { tls } = this.#route.address;
    const files = speech === 'plain' ? {} : this.#route.readTlsFiles();
    const stream = await openStream(host, { speech, tls, files, signal });
    const driver = this as unknown as DriverState;
    Object.assign(driver, AS_NEW);
    driver.connection = new pg.Connection({ ...this.#config, ssl: false, stream: () => opened(stream) });
    const stop = () => void stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      await super.connect();
    } catch (error) {
      this.#drop();
      throw signal.aborted ? new LinkError('ETIMEDOUT', `${host.host}:${host.port} does not answer.`) : explain(error);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Throws unless the server is of the kind. */
  async #check(kind: ServerKind, { host, port }: Host): Promise<void> {
    if (kind === 'any') return;
    const { rows } = await this.query<{ standby: boolean; read_only: boolean }>(
      "select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only",
    );
    const [{ standby, read_only: readOnly } = { standby: true, read_only: true }] = rows;
    const is = standby ? 'a standby' : readOnly ? 'read-only' : 'a primary that takes writes';
    const fits = { 'read-write': !readOnly, 'read-only': readOnly, primary: !standby, standby, 'prefer-standby': true };
    if (!fits[kind]) throw new LinkError('25006', `${host}:${port} is ${is}`);
  }

  /** Leaves a connection that is of no use, so that nothing of it is heard again. */
  #drop(): void {
    const driver = this as unknown as DriverState;
    const { connection } = driver;
    // Whoever ends the client need not wait for it.
    driver._ended = true;
    connection.removeAllListeners();
    connection.on('error', () => undefined);
    (connection.stream as Socket).destroy();
  }
}

const PLAIN = ['plain'] as const;

const WAYS = {
  disable: PLAIN,
  allow: ['plain', 'tls'],
  prefer: ['offer', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
} as const satisfies Record<string, readonly Speech[]>;

/** Whether the same host may let us in with TLS where it did not without, or the reverse. */
const isWorthAnotherWay = (error: unknown): boolean => {
  const code = codeOf(error);
  // What pg_hba.conf refuses; what TLS itself does not get over.
  return code === '28000' || (error instanceof LinkError && code !== 'ETIMEDOUT') || /^ERR_/.test(code ?? '');
};

/** PgBouncer's own words are for who knows it. */
const explain = (error: unknown): unknown => {
  const parameter = /unsupported startup parameter: (\w+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (parameter === undefined) return error;
  return new LinkError(
    '08P01',
    `A pooler in front of the database refuses the parameter ${parameter} that connections start with: leave DATABASE_POOLER at auto, or set it to transaction${parameter === 'options' ? ', and take options out of the URL' : ''}.`,
  );
};

/** The driver connects its stream itself: this one is connected already. */
const opened = (stream: Socket): Socket =>
  Object.assign(stream, {
    connect: () => {
      process.nextTick(() => stream.emit('connect'));
      return stream;
    },
  });

/** Several hosts' failures as one: what the first said where all said no to us, else who said what. */
const inOne = (failures: readonly { readonly host: Host; readonly error: unknown }[], setting: string): unknown => {
  const [first] = failures;
  if (first === undefined) return new LinkError('ETIMEDOUT', `No host of ${setting} answered in time.`);
  const codes = failures.map(({ error }) => codeOf(error) ?? '');
  if (failures.length === 1 || codes.every((code) => /^(28|3D|08P01)/.test(code))) return first.error;
  const each = failures.map(({ host: { host, port }, error }) =>
    error instanceof LinkError
      ? error.message.replace(/\.$/, '')
      : `${host}:${port} cannot be reached (${codeOf(error) ?? 'unknown'})`,
  );
  return new LinkError(codes.at(-1) || 'unknown', `No host of ${setting} can be used: ${each.join('; ')}.`);
};
