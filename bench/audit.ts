// Benchmark: the audit trail: what an entry costs to write, to seal and to keep, how late it is sealed, proofs, export and verification.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createAuditProofs } from '../src/application/audit/audit.ts';
import { exportAudit } from '../src/application/audit/export-audit.ts';
import { AuditSealer } from '../src/application/audit/sealer.ts';
import { verifyExport } from '../src/application/audit/verify-export.ts';
import { Metrics } from '../src/application/ports/metrics.ts';
import { HASH_BYTES, MerkleStack, provesInclusion } from '../src/domain/merkle.ts';
import { TILE_HASHES, TilesInWork } from '../src/domain/merkle-tiles.ts';
import { checkpointText, readProof, signedNote, verifierText } from '../src/domain/signed-note.ts';
import { createDatabaseLink } from '../src/postgres/database-link.ts';
import { createSigner } from '../src/signing/ed25519-signer.ts';
import { createStorage } from '../src/storage/create-storage.ts';
import { migrateDatabase } from '../src/storage/schema/prepare-database.ts';
import { systemClock } from '../src/system-clock.ts';
import { Clients } from './clients/clients.ts';
import { cpuMs, postgresPid } from './cpu.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand, silentLog } from './stand.ts';
import { type System, startOurs } from './system.ts';

const PARTS = ['sealing', 'lag', 'export', 'proofs', 'lifecycles'] as const;

const { values: options } = parseArgs({
  options: {
    /** One of the parts, or several; all without it. Lifecycles need --off. */
    only: { type: 'string', multiple: true, default: [...PARTS] },
    /** Written at once, and sealed as fast as it goes. */
    entries: { type: 'string', default: '50000' },
    /** Written a second, for so many seconds, while a sealer runs each second. */
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    /** Entries of the tree that proofs are asked from, and how many are asked for. */
    tree: { type: 'string', default: '10000000' },
    proofs: { type: 'string', default: '2000' },
    /** A checkout whose nodes write no entries: lifecycles of both in alternating slices. */
    off: { type: 'string' },
    workers: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '9' },
    slice: { type: 'string', default: '3' },
    ...REPORT_OPTIONS,
  },
});
const isAsked = (part: (typeof PARTS)[number]) => options.only.includes(part);

/** As requests write them: of one of 100 agents and one of 1,000 senders. */
const WRITE = `
  insert into audit_events (type, at, actor_kind, actor_id, subject_kind, subject_id, agent_id, sender_id, request_id, data)
  select 'request.submitted', date_trunc('milliseconds', clock_timestamp()), 'sender', s.id, 'request', r.id, a.id, s.id, r.id,
    jsonb_build_object('action', 'calendar.schedule', 'status', 'DISPATCHED', 'digest', md5(n::text), 'bytes', 120, 'attempts', 1,
      'stages', jsonb_build_array(jsonb_build_object('stage', 'contract', 'verdict', 'ALLOW'), jsonb_build_object('stage', 'policy', 'verdict', 'ALLOW')))
  from generate_series(1, $1::int) n,
    lateral (select md5('agent' || n % 100)::uuid as id) a, lateral (select md5('sender' || n % 1000)::uuid as id) s,
    lateral (select gen_random_uuid() as id) r`;

/** So many stand in one statement, as a batch of requests has them. */
const WRITTEN_AT_ONCE = 32;
const TILES_AT_ONCE = 256;
/** AUDIT_SEAL_SECONDS, and as long as a round takes. */
const SEALED_WITHIN_MS = 1_500;
const WARM_UP = { workers: 16, thinkMs: 0, lifecycles: 3_000 };

const report = new Report('audit', options);
const stand = await Stand.begin({ withRedis: false });
try {
  if (isAsked('lifecycles') && options.off !== undefined) await lifecycles(options.off);
  const databaseUrl = await stand.createDatabase('trail');
  const link = createDatabaseLink(databaseUrl);
  await migrateDatabase({ link, nodeTimeoutMs: 10_000, log: silentLog });
  const storage = await createStorage({ link, poolSize: 4, log: silentLog });
  // Whoever may pass the triggers that keep the trail as it is.
  const superuserUrl = new URL(stand.superuserUrl);
  superuserUrl.pathname = new URL(databaseUrl).pathname;
  const client = new pg.Client({ connectionString: superuserUrl.href });
  // What ends it is told by whatever asks next.
  client.on('error', () => {});
  await client.connect();
  const { rows: schemas } = await client.query<{ name: string }>(
    "select relnamespace::regnamespace::text as name from pg_class where relname = 'audit_events'",
  );
  await client.query(`set search_path to ${schemas[0]?.name}`);
  const server = await postgresPid(databaseUrl);
  const signer = createSigner(Buffer.alloc(HASH_BYTES, 1).toString('base64'));
  const { audit, auditArchive } = storage;
  const auditTrust = { verifiers: [], ownBefore: [], newcomer: null };
  const sealer = new AuditSealer({
    audit,
    signer,
    auditTrust,
    clock: systemClock,
    log: silentLog,
    metrics: new Metrics(),
  });
  const until = new AbortController().signal;
  await sealer.run(until);

  if (isAsked('sealing') || isAsked('export')) await seal(Number(options.entries));
  if (isAsked('export')) await exportAndVerify();
  if (isAsked('lag')) await keepUp(Number(options.rate), Number(options.seconds));
  if (isAsked('proofs')) await prove(Number(options.tree), Number(options.proofs));

  await client.end();
  await report.end(databaseUrl);
  await storage.close();

  /** What the work takes for each of so many, of this process and of the database. */
  async function costOf(entries: number, work: () => Promise<void>) {
    const [database, node, started] = [cpuMs(server), process.cpuUsage(), performance.now()];
    await work();
    const { user, system } = process.cpuUsage(node);
    return {
      'node CPU (µs/entry)': (user + system) / entries,
      'database CPU (µs/entry)': ((cpuMs(server) - database) * 1_000) / entries,
      'entries/s': entries / ((performance.now() - started) / 1_000),
    };
  }

  async function bytesOf(what: 'table' | 'indexes', tables: readonly string[]): Promise<number> {
    const { rows } = await client.query<{ bytes: number }>(
      `select sum(pg_${what}_size(t::regclass))::float as bytes from unnest($1::text[]) t`,
      [tables],
    );
    return rows[0]?.bytes ?? 0;
  }

  async function seal(entries: number): Promise<void> {
    await client.query('begin');
    const written = await costOf(entries, async () => {
      for (let at = 0; at < entries; at += WRITTEN_AT_ONCE) {
        await client.query(WRITE, [Math.min(WRITTEN_AT_ONCE, entries - at)]);
      }
      await client.query('commit');
    });
    report.add('writing', { entries, ...written });
    await client.query('analyze');
    report.add('sealing', { entries, ...(await costOf(entries, () => sealer.run(until))) });
    report.violations({ 'entries not sealed': (await audit.progress()).unsealedSince === null ? 0 : 1 });
    for (const [name, tables] of [
      ['events', ['audit_events']],
      ['the tree', ['audit_leaves', 'audit_tiles', 'audit_heads', 'audit_checkpoints']],
    ] as const) {
      report.add(`on disk: ${name}`, {
        'rows (bytes/entry)': (await bytesOf('table', tables)) / entries,
        'indexes (bytes/entry)': (await bytesOf('indexes', tables)) / entries,
      });
    }
  }

  async function exportAndVerify(): Promise<void> {
    const { origin, size } = await audit.begin();
    const keys = [verifierText(origin, signer.publicKey)];
    const hashesOf = (subtrees: Parameters<typeof audit.hashesOf>[0]) => audit.hashesOf(subtrees);
    const lines: string[] = [];
    const exported = await costOf(size, async () => {
      for await (const line of exportAudit(auditArchive, { agentId: null, keys, hashesOf })) {
        lines.push(JSON.stringify(line));
      }
    });
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    report.add('export', { entries: size, ...exported, 'file (bytes/entry)': bytes / size });
    let verified = 0;
    const text = async function* () {
      yield* lines;
    };
    const cost = await costOf(size, async () => {
      verified = (await verifyExport(text(), { keys })).entries;
    });
    report.add('verification', { entries: verified, ...cost });
    report.violations({ 'entries not exported and verified': size - verified });
  }

  async function keepUp(rate: number, seconds: number): Promise<void> {
    const writer = new pg.Client({ connectionString: databaseUrl });
    await writer.connect();
    const { size: before } = await audit.begin();
    let isOver = false;
    const sealing = (async () => {
      while (!isOver) {
        const next = performance.now() + 1_000;
        await sealer.run(until);
        await pause(next - performance.now());
      }
      await sealer.run(until);
    })();
    const begun = performance.now();
    for (let written = 0; written < rate * seconds; written += rate / 10) {
      await writer.query(WRITE, [rate / 10]);
      await pause(begun + ((written + rate / 10) * 1_000) / rate - performance.now());
    }
    isOver = true;
    await sealing;
    await writer.end();
    const { rows } = await client.query<{ ms: number }>(
      `select (extract(epoch from (select c.at from audit_checkpoints c where c.size > l.index order by c.size limit 1) - e.at) * 1000)::float as ms
       from audit_leaves l join audit_events e using (xact, id) where l.index >= $1`,
      [before],
    );
    const late = rows.map(({ ms }) => ms);
    report.add('lag', {
      entries: late.length,
      'entries/s': rate,
      'p50 (ms)': percentile(late, 50),
      'p99 (ms)': percentile(late, 99),
    });
    report.violations({ 'entries of the rate not sealed': rate * seconds - late.length });
  }

  /** A tree of random leaves, of which only those are entries that proofs are asked for: a proof reads tiles. */
  async function prove(size: number, count: number): Promise<void> {
    await client.query('set session_replication_role = replica');
    await client.query('truncate audit_events, audit_leaves, audit_tiles, audit_checkpoints');
    const [tiles, stack] = [new TilesInWork(0, []), new MerkleStack()];
    let leaves = Buffer.alloc(0);
    for (let at = 0; at < size; at += 1) {
      const begin = (at % TILE_HASHES) * HASH_BYTES;
      if (begin === 0) leaves = randomBytes(TILE_HASHES * HASH_BYTES);
      const leaf = leaves.subarray(begin, begin + HASH_BYTES);
      tiles.add(leaf);
      stack.append(leaf);
      if (tiles.full.length >= TILES_AT_ONCE) await storeTiles(tiles);
    }
    await storeTiles(tiles);
    const ids: string[] = [];
    const place = async (index: number, leaf: Buffer | null): Promise<string> => {
      const { rows } = await client.query(
        `with e as (insert into audit_events (type, at, actor_kind, subject_kind, data) values ('agent.changed', now(), 'owner', 'agent', '{}') returning xact, id, entry_id),
         l as (insert into audit_leaves (index, xact, id, leaf) select $1, e.xact, e.id,
           coalesce($2, (select substr(hashes, $3::int, ${HASH_BYTES}) from audit_tiles where level = 0 and n = $4)) from e)
         select entry_id from e`,
        [index, leaf, (index % TILE_HASHES) * HASH_BYTES + 1, Math.floor(index / TILE_HASHES)],
      );
      return rows[0]?.entry_id;
    };
    const full = size - (size % TILE_HASHES);
    for (let at = full; at < size; at += 1) {
      ids.push(await place(at, leaves.subarray((at - full) * HASH_BYTES, (at - full + 1) * HASH_BYTES)));
    }
    const step = Math.floor(full / count);
    for (let each = 0; each < count; each += 1) ids.push(await place(each * step, null));
    const { origin } = await audit.begin();
    const root = stack.root();
    const note = signedNote(checkpointText({ origin, size, root }), { name: origin, ...signer });
    await client.query('insert into audit_checkpoints (size, root, note, at) values ($1, $2, $3, now())', [
      size,
      root,
      note,
    ]);
    await client.query('vacuum analyze');
    const proofs = createAuditProofs({ audit, sealer });
    const [ms, hashes]: [number[], number[]] = [[], []];
    let wrong = 0;
    for (const id of ids) {
      const started = performance.now();
      const text = await proofs.proofOf(id);
      ms.push(performance.now() - started);
      const read = readProof(text ?? '');
      hashes.push(read?.proof.length ?? 0);
      const { rows } = await client.query('select leaf from audit_leaves where index = $1', [read?.index]);
      const leaf: unknown = rows[0]?.leaf;
      const isRight =
        read !== null && Buffer.isBuffer(leaf) && provesInclusion(read.proof, { leaf, index: read.index, size, root });
      if (!isRight) wrong += 1;
    }
    report.add('inclusion proofs', {
      'entries in the tree': size,
      proofs: ids.length,
      'hashes at most': Math.max(...hashes),
      'p50 (ms)': percentile(ms, 50),
      'p99 (ms)': percentile(ms, 99),
    });
    report.violations({ 'proofs that prove nothing': wrong });
  }

  async function storeTiles(tiles: TilesInWork): Promise<void> {
    const full = tiles.full.splice(0);
    await client.query(
      'insert into audit_tiles (level, n, hashes, root) select * from unnest($1::int[], $2::bigint[], $3::bytea[], $4::bytea[])',
      [
        full.map(({ level }) => level),
        full.map(({ n }) => n),
        full.map(({ hashes }) => hashes),
        full.map(({ root }) => root),
      ],
    );
  }
} finally {
  await stand.end();
}

/** The same lifecycles with entries and without, each on a database of its own. */
async function lifecycles(tree: string): Promise<void> {
  const without = await Stand.begin({ withRedis: false, tree });
  try {
    const systems = {
      'with entries': await startOurs(stand, { nodes: 1, agents: 8 }),
      'without entries': await startOurs(without, { nodes: 1, agents: 8 }),
    };
    const sides: {
      readonly name: string;
      readonly system: System;
      readonly clients: Clients;
      readonly runs: Record<string, number>[];
    }[] = [];
    for (const [name, system] of Object.entries(systems)) {
      const clients = await Clients.begin(system, { door: 'rest', isWaiting: false });
      await clients.run(WARM_UP);
      sides.push({ name, system, clients, runs: [] });
    }
    const load = { workers: Number(options.workers), thinkMs: 0, seconds: Number(options.slice) };
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      for (const { system, clients, runs } of round % 2 === 1 ? sides : sides.toReversed()) {
        const before = system.cpu();
        const figures = await clients.run(load);
        // What waits is sealed before the other side's turn, and counts where it was written.
        await pause(SEALED_WITHIN_MS);
        const after = system.cpu();
        const lifecycles = figures['lifecycles per second'] * load.seconds;
        runs.push({
          'lifecycles per second': figures['lifecycles per second'],
          'server CPU (ms)': (after.server - before.server) / lifecycles,
          'database CPU (ms)': (after.database - before.database) / lifecycles,
          'whole p99 (ms)': figures['whole p99 (ms)'],
        });
      }
    }
    const medianOf = (runs: readonly Record<string, number>[]) =>
      Object.fromEntries(
        Object.keys(runs[0] ?? {}).map((name) => [
          name,
          percentile(
            runs.map((run) => run[name] ?? Number.NaN),
            50,
          ),
        ]),
      );
    for (const { name, runs } of sides) report.add(name, medianOf(runs));
    const [on, off] = sides;
    const ratios = (on?.runs ?? []).map((run, at) =>
      Object.fromEntries(Object.entries(run).map(([name, value]) => [name, value / (off?.runs[at]?.[name] ?? 0)])),
    );
    report.add('with ÷ without, median of rounds', medianOf(ratios));
    for (const { clients } of sides) {
      report.violations(await clients.settle());
      await clients.end();
    }
    for (const system of Object.values(systems)) await system.stop();
  } finally {
    await without.end();
  }
}

function pause(ms: number): Promise<void> {
  return wait(Math.max(0, ms));
}
