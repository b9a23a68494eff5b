import type pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import type { DatabaseLink } from '../../postgres/database-link.ts';
import { SESSION_IN_WORDS } from './session-in-words.ts';

/** Looks often enough to see what is waited for before a lock's time is over, and tells seldom. */
const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

/** Another session that a statement waits for. */
export type Blocker = { readonly relation: string | null; readonly session: string };

type Seen = Blocker & { readonly phase: string | null; readonly percent: number | null };

/** What the session `$1` waits for, and how far it is with an index. */
const LOOK = `
  select w.relation, b.session, p.phase, p.percent
  from (select $1::int as pid) as s
  left join lateral (
    select l.relation::regclass::text as relation from pg_locks l where l.pid = s.pid and not l.granted limit 1
  ) as w on true
  left join lateral (
    select ${SESSION_IN_WORDS} as session
    from unnest(pg_blocking_pids(s.pid)) as pid join pg_stat_activity a on a.pid = pid.pid limit 1
  ) as b on true
  left join lateral (
    select i.phase, case when i.blocks_total > 0 then 100 * i.blocks_done / i.blocks_total end::int as percent
    from pg_stat_progress_create_index i where i.pid = s.pid limit 1
  ) as p on true`;

/**
 * Watches a migration's statements from a connection of its own, which it opens when one takes more than a moment: says in
 * the log how far a long one is, and remembers what a lock is waited for with. Never fails.
 */
export class MigrationOnlooker {
  readonly #link: DatabaseLink;
  readonly #pid: number;
  readonly #log: Log;
  #client: Promise<pg.Client | null> | null = null;

  constructor(deps: { readonly link: DatabaseLink; readonly pid: number; readonly log: Log }) {
    this.#link = deps.link;
    this.#pid = deps.pid;
    this.#log = deps.log;
  }

  /** Runs the statement. When it fails `onFailure` hears what it waited for at last, and makes what is thrown. */
  async watch<Result>(
    doing: { readonly migration: string; readonly step: string },
    run: () => Promise<Result>,
    onFailure: (error: unknown, blocker: Blocker | null) => unknown,
  ): Promise<Result> {
    const begun = performance.now();
    let seen: Seen | null = null;
    let toldAt = begun;
    let isLooking = false;
    const timer = setInterval(async () => {
      if (isLooking) return;
      isLooking = true;
      const now = await this.#look();
      if (now?.session) seen = now;
      isLooking = false;
      if (performance.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = performance.now();
      const { relation, session: waitsFor, phase, percent } = now ?? {};
      this.#log.info(
        { ...doing, seconds: Math.round((toldAt - begun) / 1_000), relation, waitsFor, phase, percent },
        'a migration is still at work',
      );
    }, LOOK_EVERY_MS);
    try {
      return await run();
    } catch (error) {
      throw onFailure(error, seen);
    } finally {
      clearInterval(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client;
    await client?.end().catch(() => {});
  }

  async #look(): Promise<Seen | null> {
    this.#client ??= this.#connect();
    const client = await this.#client;
    if (!client) return null;
    try {
      const { rows } = await client.query<Seen>(LOOK, [this.#pid]);
      return rows[0] ?? null;
    } catch {
      return null;
    }
  }

  async #connect(): Promise<pg.Client | null> {
    const client = this.#link.client({
      applicationName: 'clawcierge migration onlooker',
      queryTimeoutMs: ANSWER_WITHIN_MS,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch {
      return null;
    }
  }
}
