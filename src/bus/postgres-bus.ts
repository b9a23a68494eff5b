import type { Socket } from 'node:net';
import type pg from 'pg';
import type { Bus, Hints, Topic } from '../application/ports/bus.ts';
import { Listeners } from '../application/ports/listeners.ts';
import type { Log } from '../application/ports/log.ts';
import { newId } from '../domain/new-id.ts';
import type { DatabaseLink } from '../postgres/database-link.ts';
import { DEFAULT_SCHEMA } from '../postgres/schema-name.ts';
import { hintsChannelOf } from './hints-channel.ts';
import { Outbox } from './outbox.ts';
import { Peers } from './peers.ts';
import { decodeHint } from './wire-hint.ts';

const NOTIFY = { name: 'notify', text: 'select pg_notify($1, payload) from unnest($2::text[]) as p (payload)' };
const PING = { name: 'ping', text: 'select 1' };
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
/** A connection over which nothing is heard although it is asked so often is given up: it may be half-open. */
const PING_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;
/** How long a node that stops waits for its last hints to be sent. */
const LAST_HINTS_WITHIN_MS = 500;
/** What nodes say of themselves goes under this topic. */
const PEERS = 'peers';

/**
 * Hints between nodes over LISTEN and NOTIFY of the database that they share: at most once, in order per publisher while
 * the connection holds. One connection of its own a node; the hints of a tick go out in one statement, and while it is
 * under way the next ones gather. Every node hears every hint.
 */
export class PostgresBus implements Bus {
  readonly #id = newId();
  readonly #link: DatabaseLink;
  readonly #channel: string;
  readonly #log: Log;
  readonly #listeners: Listeners<Hints>;
  readonly #gapListeners = new Set<() => void>();
  readonly #outbox = new Outbox(this.#id);
  readonly #peers: Peers;
  readonly #pinging: NodeJS.Timeout;
  #connection: pg.Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #tries = 0;
  #isClosing = false;
  #sending: Promise<void> | null = null;
  #lastQuery: Promise<unknown> = Promise.resolve();
  #pinged: Promise<boolean> | null = null;

  /** @param schema whose nodes tell each other */
  constructor(link: DatabaseLink, log: Log, schema = DEFAULT_SCHEMA) {
    this.#link = link;
    this.#channel = hintsChannelOf(schema);
    this.#log = log;
    this.#listeners = new Listeners(log, {
      onFirst: (topic) => this.#peers.count(topic, 1),
      onLast: (topic) => this.#peers.count(topic, -1),
    });
    this.#peers = new Peers({
      id: this.#id,
      send: (message) => this.#put(PEERS, '', message),
      onGap: () => this.#tellOfGap(),
    });
    this.#pinging = setInterval(() => void this.#ping(), PING_EVERY_MS).unref();
    void this.#connect();
  }

  publish<Name extends Topic>(topic: Name, key: string, hint: Hints[Name]): void {
    if (this.#peers.want(topic)) this.#put(topic, key, hint);
  }

  subscribe<Name extends Topic>(topic: Name, key: string, listener: (hint: Hints[Name]) => void): () => void {
    return this.#listeners.add(topic, key, listener);
  }

  inForce(otherNodes = 0): Promise<void> {
    return this.#peers.inForce(otherNodes);
  }

  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => void this.#gapListeners.delete(listener);
  }

  reachableNodes(): number {
    return this.#peers.reachable;
  }

  health(): 'ok' | 'down' {
    return this.#connection === null ? 'down' : 'ok';
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearInterval(this.#pinging);
    if (this.#retry) clearTimeout(this.#retry);
    this.#listeners.clear();
    this.#peers.close();
    const connection = this.#connection;
    if (!connection) return;
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_HINTS_WITHIN_MS);
    await Promise.race([this.#sent(), tooLate]);
    clearTimeout(timer);
    this.#connection = null;
    connection.end().catch(() => {});
    // A half-open connection does not answer a close.
    socketOf(connection).destroySoon();
  }

  #put(topic: string, key: string, body: object): void {
    if (!this.#connection) return;
    if (!this.#outbox.add(JSON.stringify([topic, key, body]))) this.#put(PEERS, '', { event: 'lost' });
    // What is published in the same tick goes into the same statement.
    this.#sending ??= new Promise<void>(setImmediate).then(() => this.#send());
  }

  async #send(): Promise<void> {
    // The connection may be another one from one statement to the next.
    for (let connection = this.#connection; connection && !this.#outbox.isEmpty; connection = this.#connection) {
      await this.#query(connection, { ...NOTIFY, values: [this.#channel, this.#outbox.take()] });
    }
    // In the same turn as the last check of what waits, so that nothing is left waiting.
    this.#sending = null;
  }

  /** Whether the connection answered; one that does not is given up. One statement at a time. */
  #query(connection: pg.Client, query: pg.QueryConfig): Promise<boolean> {
    const answered = this.#lastQuery.then(() =>
      connection.query(query).then(
        () => true,
        (error) => {
          this.#lose(connection, error);
          return false;
        },
      ),
    );
    this.#lastQuery = answered;
    return answered;
  }

  /** Answers when nothing waits to be sent. */
  async #sent(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  /** One at a time, however many ask: hints wait for what was asked before them. */
  async #ping(): Promise<boolean> {
    if (this.#connection === null) return false;
    this.#pinged ??= this.#query(this.#connection, PING).finally(() => {
      this.#pinged = null;
    });
    return this.#pinged;
  }

  async #connect(): Promise<void> {
    const connection = this.#link.client({
      applicationName: 'clawcierge hints',
      queryTimeoutMs: ANSWER_WITHIN_MS,
    });
    connection.on('error', (error) => this.#lose(connection, error));
    connection.on('end', () => this.#lose(connection, new Error('the server ended the connection')));
    connection.on('notification', ({ payload }) => this.#receive(payload ?? ''));
    try {
      await connection.connect();
      // Notifying writes a commit record, and nothing is lost with it that would be missed. Not said when the connection
      // begins, as poolers of sessions refuse that.
      await connection.query('set synchronous_commit = off');
      await connection.query(`listen ${connection.escapeIdentifier(this.#channel)}`);
    } catch (error) {
      this.#log.debug({ err: error }, 'hints cannot be listened to yet');
      socketOf(connection).destroy();
      this.#connectLater();
      return;
    }
    if (this.#isClosing) return void socketOf(connection).destroy();
    this.#tries = 0;
    this.#connection = connection;
    this.#log.debug({}, 'listening to hints of other nodes');
    this.#peers.up();
    this.#tellOfGap();
  }

  #connectLater(): void {
    if (this.#isClosing) return;
    const ms = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries += 1;
    // With a share of chance, so that nodes do not all come back in the same moment.
    this.#retry = setTimeout(() => void this.#connect(), ms * (0.5 + Math.random() / 2)).unref();
  }

  /** The connection is gone, or as good as gone. */
  #lose(connection: pg.Client, error: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#outbox.clear();
    this.#peers.down();
    socketOf(connection).destroy();
    this.#log.warn({ err: error }, 'the connection that hints come over is down; hints do not reach other nodes');
    this.#connectLater();
  }

  #receive(payload: string): void {
    const [from, ...messages] = parseList(payload);
    if (from === this.#id) return;
    for (const message of messages) {
      if (!Array.isArray(message)) continue;
      const [topic, key, body] = message;
      const decoded = decodeHint(topic, body);
      if (topic === PEERS) this.#peers.take(from, body);
      else if (decoded && typeof key === 'string') this.#listeners.call(decoded.topic, key, decoded.hint);
    }
  }

  #tellOfGap(): void {
    for (const listener of [...this.#gapListeners]) listener();
  }
}

/** Ending it needs no answer from the server. */
const socketOf = ({ connection }: pg.Client): Socket => connection.stream as Socket;

/** Whoever can notify must not be able to end this process with it. */
function parseList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
