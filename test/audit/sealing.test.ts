import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuditProofs } from '../../src/application/audit/audit.ts';
import { checkTrail } from '../../src/application/audit/check-trail.ts';
import { thinCheckpoints } from '../../src/application/maintenance/thin-checkpoints.ts';
import type { NewcomersTrust } from '../../src/application/ports/signer.ts';
import { readConfig } from '../../src/config.ts';
import { provesConsistency, provesInclusion, rootOf } from '../../src/domain/merkle.ts';
import { newId } from '../../src/domain/new-id.ts';
import { openCheckpoint, readProof, verifierText } from '../../src/domain/signed-note.ts';
import { openAuditKeys } from '../../src/signing/audit-keys.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { madeStatements } from '../../src/storage/statement.ts';
import { backUp, databaseForTest, restore } from '../testkit/backups.ts';
import { eventually } from '../testkit/eventually.ts';
import { nth } from '../testkit/nth.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { auditNode, keyOf, write } from './trails.ts';

type Node = Awaited<ReturnType<typeof auditNode>>;

/** Of a node that takes what it finds, and keeps nothing of that. */
const newcomer = (): NewcomersTrust => ({ taken: () => null, take: () => {}, end: () => {} });

/** A step of a plan as PostgreSQL explains it. */
type Step = {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Step[];
};
const stepsOf = (step: Step): readonly Step[] => [step, ...(step.Plans ?? []).flatMap(stepsOf)];

describe('the sealer of the audit trail', () => {
  let url: string;
  let pool: pg.Pool;
  let node: Node;
  const opened: { close(): Promise<void> }[] = [];
  let drop: () => Promise<void>;

  beforeEach(async () => {
    ({ url, drop } = await createTestDatabase());
    pool = new pg.Pool({ connectionString: url, max: 12 });
    pool.on('error', () => {});
    node = await open();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await pool.end();
    await drop();
  });

  const open = async (at = url, options: Parameters<typeof auditNode>[1] = {}): Promise<Node> => {
    const made = await auditNode(at, options);
    opened.push(made);
    return made;
  };
  const keyIn = async (of: Node): Promise<readonly string[]> => [
    verifierText((await of.audit.begin()).origin, of.signer.publicKey),
  ];
  const whole = async (of: Node = node) => checkTrail(of.audit, { verifiers: await keyIn(of) });

  it('seals each entry of many writers once, on two nodes one of which is killed again and again', async () => {
    const agents = Array.from({ length: 5 }, newId);
    const senders = Array.from({ length: 7 }, newId);
    const perWriter = 150;
    let isOver = false;
    const writer = async (number: number) => {
      const client = await pool.connect();
      for (let at = 0; at < perWriter; at += 1) {
        await client.query('begin');
        await write(client, { agentId: nth(agents, at % 5), senderId: nth(senders, (at + number) % 7), version: at });
        if (at % 9 === 0) await client.query('select pg_sleep(0.01)');
        await client.query(at % 7 === 0 ? 'rollback' : 'commit');
      }
      client.release();
    };
    const sealing = async () => {
      const other = await open();
      while (!isOver) await Promise.all([node.seal().catch(() => {}), other.seal().catch(() => {})]);
    };
    const killing = async () => {
      while (!isOver) {
        await pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
          and pid <> pg_backend_pid() and query like '%audit_cursor%' and random() < 0.3`,
        );
        await pool.query('select pg_sleep(0.03)');
      }
    };
    const beside = [sealing(), killing()];
    await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
    isOver = true;
    await Promise.all(beside);
    await node.sealAll();
    const { rows } = await pool.query<{ events: number; leaves: number; last: number }>(
      `select (select count(*) from audit_events)::int as events, count(*)::int as leaves, max(index)::int as last
      from audit_leaves l join audit_events e using (xact, id)`,
    );
    const events = 8 * (perWriter - Math.ceil(perWriter / 7)) + 1;
    expect(rows).toEqual([{ events, leaves: events, last: events - 1 }]);
    expect(await whole()).toEqual({ size: events, signedSize: events, problem: null });
    expect((await pool.query('select from audit_tiles')).rows).toHaveLength(Math.floor(events / 256));
  });

  it('waits for a transaction that is not over, and leaves out what is undone', async () => {
    const slow = await pool.connect();
    await slow.query('begin');
    await write(slow);
    await write(pool);
    await node.seal();
    const before = (await whole()).size;
    await slow.query('commit');
    slow.release();
    await node.sealAll();
    expect((await whole()).size).toBeGreaterThan(before);
    expect(await node.audit.progress()).toMatchObject({ tree: { size: 3 }, unsealedSince: null });
  });

  it('reads with each round what is not sealed, and not what was sealed before', async () => {
    const sealed = 3_000;
    await pool.query(
      `insert into audit_events (type, at, actor_kind, subject_kind, data)
       select 'limits.changed', now(), 'platform', 'trail', '{}' from generate_series(1, $1)`,
      [sealed],
    );
    await node.sealAll();
    await pool.query('analyze audit_events, audit_leaves');
    await write(pool, {});

    const textOf = (name: string) => madeStatements.get(name)?.text;
    const { from, before, isBeyond } = (await pool.query(textOf('audit-range') ?? '')).rows[0];
    let read = 0;
    for (const [name, values] of [
      ['audit-progress', []],
      ['audit-range', []],
      ['audit-unsealed', [from, before, isBeyond, from, -1, sealed]],
    ] as const) {
      const { rows } = await pool.query(`explain (analyze, format json) ${textOf(name)}`, [...values]);
      for (const step of stepsOf(rows[0]['QUERY PLAN'][0].Plan)) {
        if (step['Relation Name'] !== 'audit_leaves') continue;
        read += (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'];
      }
    }
    expect(read).toBeLessThan(sealed / 10);
  });

  it('goes on in a copy whose server numbers transactions anew', async () => {
    const [agentId, senderId] = [newId(), newId()];
    for (let at = 0; at < 20; at += 1) await write(pool, { agentId, senderId });
    await node.sealAll();
    await write(pool, { agentId });
    const to = await databaseForTest();
    await restore(to, await backUp(url));
    // As a copy in another cluster finds it: its transactions have numbers that are higher than all that are to come.
    const client = new pg.Client({ connectionString: to });
    await client.connect();
    await client.query(`set session_replication_role = replica`);
    await client.query(`update audit_events set xact = (xact::text::bigint + 1000000)::text::xid8`);
    await client.query(`update audit_leaves set xact = (xact::text::bigint + 1000000)::text::xid8`);
    await client.query(
      `update audit_cursor set xact = (xact::text::bigint + 1000000)::text::xid8, system_identifier = '1'`,
    );
    await client.query(`set session_replication_role = origin`);
    const copy = await open(to);
    await copy.sealAll();
    await write(client, { agentId });
    await copy.sealAll();
    await client.end();
    expect(await whole(copy)).toEqual({ size: 23, signedSize: 23, problem: null });
  });

  it('announces its key by an entry, and another node with another key announces that', async () => {
    const log = createRecordingLog();
    const other = await open(url, { key: keyOf(2), log, trust: { verifiers: await keyIn(node) } });
    await node.sealAll();
    await other.sealAll();
    await other.sealAll();
    // Nodes of one cluster should have one key.
    expect(
      log.lines.filter((line) => line.includes('was last signed with another key than this node has')),
    ).toHaveLength(1);
    const keys = await node.audit.verifiers();
    expect(keys).toEqual([...(await keyIn(node)), ...(await keyIn(other))]);
    expect(await checkTrail(node.audit, { verifiers: keys })).toMatchObject({ size: 2, problem: null });
    expect((await whole()).problem).toMatchObject({
      message: expect.stringContaining('not signed by a key that is known'),
    });
  });

  it('takes the tree that it finds, with a key of its own that has signed nothing yet, as often as it starts before', async () => {
    const log = createRecordingLog();
    const dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    /** A node with the key of that folder. */
    const start = () => {
      const { signer, auditTrust } = openAuditKeys(readConfig({ DATA_DIR: dataDir }), log);
      if (signer === null) throw new Error('It has no key.');
      return open(url, { signer, trust: auditTrust, log });
    };
    await write(pool);
    await node.sealAll();
    // It made its key, and ended before it had looked at the trail; and then before it had sealed anything.
    await start();
    const client = await pool.connect();
    await client.query('begin; select pg_current_xact_id()');
    const second = await start();
    await second.seal();
    await client.query('rollback');
    client.release();
    expect(second.sealer.state).toMatchObject({ size: 2, mismatch: null });
    const third = await start();
    await third.sealAll();
    expect(third.sealer.state).toMatchObject({ size: 3, mismatch: null });
    // From now on it knows the trail by its own.
    await (await open(url, { key: keyOf(9), trust: { newcomer: newcomer() } })).sealAll();
    const fourth = await start();
    await write(pool);
    await fourth.seal();
    expect(fourth.sealer.state.mismatch).toContain('signed by a key that this node does not know');
  });

  it('takes no other tree once its key has signed, though another node has signed by the time that it looks', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const keys = () => openAuditKeys(readConfig({ DATA_DIR: dataDir }), createRecordingLog());
    await write(pool);
    await node.sealAll();
    const { signer, auditTrust: trust } = keys();
    if (signer === null) throw new Error('It has no key.');
    const other = await open(url, { key: keyOf(9), trust: { newcomer: newcomer() } });
    let looks = 0;
    const beforeCheckpoint = async () => {
      looks += 1;
      // At first it sees by what it may go; later, what has become of the trail.
      if (looks > 1) await other.sealAll();
    };
    await (await open(url, { signer, trust, beforeCheckpoint })).sealAll();
    expect(openCheckpoint((await node.audit.checkpoint())?.note ?? '', await keyIn(other))).not.toBeNull();
    expect(keys().auditTrust.newcomer).toBeNull();
  });

  it.each([
    ['found first', false],
    ['was told of, and is told of no more', true],
  ])(
    'takes no other tree later than the one that it %s, with a key that has signed nothing yet',
    async (_what, isTold) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
      onTestFinished(() => rmSync(dataDir, { recursive: true }));
      const start = (env: Readonly<Record<string, string>> = {}) => {
        const { signer, auditTrust } = openAuditKeys(readConfig({ ...env, DATA_DIR: dataDir }), createRecordingLog());
        if (signer === null) throw new Error('It has no key.');
        return open(url, { signer, trust: auditTrust });
      };
      await write(pool);
      await node.sealAll();
      const client = await pool.connect();
      await client.query('begin; select pg_current_xact_id()');
      await (await start(isTold ? { AUDIT_TRUSTED_KEYS: (await keyIn(node)).join() } : {})).seal();
      // What it took is enough for the next start, without the setting.
      const second = await start();
      await second.seal();
      expect(second.sealer.state.mismatch).toBeNull();
      await client.query('rollback');
      client.release();
      await (await open(url, { key: keyOf(9), trust: { newcomer: newcomer() } })).sealAll();
      await write(pool);
      const again = await start();
      await again.seal();
      expect(again.sealer.state.mismatch).toContain('signed by a key that this node does not know');
    },
  );

  it('builds on no tree that another key has signed, though the database names it, unless it knows that key', async () => {
    const log = createRecordingLog();
    const loud = await open(url, { log });
    await write(pool);
    await loud.sealAll();
    // Whoever has the database, and not the key, announces one and signs with it: what the past was by then is theirs to say.
    const thief = await open(url, { key: keyOf(9), trust: { newcomer: newcomer() } });
    await thief.sealAll();
    const [own, theirs] = [nth(await keyIn(loud), 0), nth(await keyIn(thief), 0)];
    await write(pool);
    await loud.seal();
    expect(loud.sealer.state).toMatchObject({
      size: 3,
      mismatch: `the checkpoint of 3 entries is signed by a key that this node does not know, ${theirs}`,
      unknownKeys: [theirs],
    });
    expect(log.lines.filter((line) => line.includes('names keys that this node does not know'))).toHaveLength(1);
    expect(log.errors().join()).toContain('is not what its newest checkpoint says');
    // Nor does it say that theirs is the one to be pinned.
    const proofs = createAuditProofs({ audit: loud.audit, sealer: loud.sealer });
    expect(await proofs.keys()).toEqual([theirs, own]);

    const told = await open(url, { trust: { verifiers: [theirs] } });
    await told.sealAll();
    expect(told.sealer.state).toMatchObject({ size: 4, mismatch: null, unknownKeys: [] });
    await write(pool);
    await loud.sealAll();
    expect(loud.sealer.state).toMatchObject({ size: 5, mismatch: null });
    const heir = await open(url, { key: keyOf(3), trust: { ownBefore: [createSigner(keyOf(1)).publicKey] } });
    await heir.sealAll();
    expect(heir.sealer.state).toMatchObject({ size: 6, mismatch: null, unknownKeys: [theirs] });
  });

  it('builds on no tree that is not what its newest checkpoint says, says so, and goes on once it is', async () => {
    const log = createRecordingLog();
    const loud = await open(url, { log });
    await write(pool, { agentId: newId() });
    await loud.sealAll();
    const [leaf] = (await pool.query('select leaf from audit_leaves where index = 1')).rows;
    const change = async (to: Buffer) => {
      await pool.query('alter table audit_leaves disable trigger all');
      await pool.query('update audit_leaves set leaf = $1 where index = 1', [to]);
      await pool.query('alter table audit_leaves enable trigger all');
    };
    await change(Buffer.alloc(32));
    await write(pool);
    await eventually(async () => {
      await loud.seal();
      expect(loud.sealer.state.mismatch).not.toBeNull();
    });
    expect(loud.sealer.state).toMatchObject({
      size: 2,
      mismatch: 'the tree of 2 entries is not that of its checkpoint',
    });
    expect(loud.sealer.isKeepingUp).toBe(false);
    expect(log.errors().join()).toContain('is not what its newest checkpoint says');
    await change(leaf.leaf);
    await loud.sealAll();
    expect(loud.sealer.state).toMatchObject({ size: 3, mismatch: null });
    expect(loud.sealer.isKeepingUp).toBe(true);
  });

  it('has of older checkpoints one in 256 entries, and all that they said is proved as before', async () => {
    for (let at = 0; at < 12; at += 1) {
      await pool.query(
        `insert into audit_events (type, at, actor_kind, subject_kind, data)
        select 'webhook.changed', now(), 'platform', 'webhook', '{}' from generate_series(1, 60)`,
      );
      await node.sealAll();
    }
    const stored = async () => (await node.audit.checkpoints(-1, 100)).map(({ size }) => size);
    const before = await node.audit.checkpoints(-1, 100);
    const sizes = before.map(({ size }) => size);
    const older = sizes.slice(0, -3);
    const kept = older.filter(
      (size, at) => at === 0 || Math.floor(size / 256) > Math.floor((older[at - 1] ?? 0) / 256),
    );
    const thin = (of: Node) => thinCheckpoints({ ...of, newestKept: 3 }).run(AbortSignal.timeout(60_000));
    // Where the tree is not known to be right all of it may be wanted.
    const strange = await open(url, { key: keyOf(9) });
    await strange.seal();
    await thin(strange);
    expect(await stored()).toEqual(sizes);
    await Promise.all([thin(node), thin(node)]);
    expect(kept.length).toBe(3);
    expect(await stored()).toEqual([...kept, ...sizes.slice(-3)]);
    await thin(node);
    expect(await stored()).toEqual([...kept, ...sizes.slice(-3)]);
    await expect(pool.query('delete from audit_checkpoints')).rejects.toThrow(/only added/);
    expect(await whole()).toMatchObject({ problem: null });
    const proofs = createAuditProofs({ audit: node.audit, sealer: node.sealer });
    const newest = nth(before, before.length - 1);
    for (const earlier of before) {
      const proof = (await proofs.consistency(earlier.size, newest.size)) ?? [];
      expect(provesConsistency(proof, earlier, newest)).toBe(true);
    }
  });

  it('proves of each entry that the tree has it, and of each tree that a later one begins with it', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 700; at += 1) ids.push(nth((await write(pool, { version: at })).rows, 0).entry_id);
    await node.sealAll();
    const proofs = createAuditProofs({ audit: node.audit, sealer: node.sealer });
    const verifiers = await proofs.keys();
    const checkpoint = openCheckpoint((await proofs.checkpoint())?.note ?? '', verifiers);
    if (checkpoint === null) throw new Error('there is no checkpoint');
    const { size, root } = checkpoint;
    expect(size).toBe(701);
    for (const id of [...ids.slice(0, 3), ...ids.slice(250, 260), ...ids.slice(508, 516), ...ids.slice(-3)]) {
      const text = await proofs.proofOf(id);
      const read = readProof(text ?? '');
      if (read === null) throw new Error('there is no proof');
      const { rows } = await pool.query('select leaf from audit_leaves where index = $1', [read.index]);
      expect(openCheckpoint(read.checkpoint, verifiers)).toEqual(checkpoint);
      expect(provesInclusion(read.proof, { leaf: nth(rows, 0).leaf, index: read.index, size, root })).toBe(true);
    }
    for (const from of [1, 2, 255, 256, 257, 511, 512, 700, 701]) {
      const proof = await proofs.consistency(from, size);
      const earlier = await proofs.consistency(from, from);
      expect(earlier).toEqual([]);
      const { rows } = await pool.query('select leaf from audit_leaves where index < $1 order by index', [from]);
      const before = { size: from, root: rootOf(rows.map(({ leaf }) => leaf)) };
      expect(provesConsistency(proof ?? [], before, { size, root })).toBe(true);
    }
    expect(await proofs.proofOf(newId())).toBeNull();
    expect(await proofs.consistency(1, size + 1)).toBeNull();
  });
});
