import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { exportAudit } from '../../src/application/audit/export-audit.ts';
import type { ExportedEntry, ExportLine } from '../../src/application/audit/export-format.ts';
import { TrailVerifier } from '../../src/application/audit/trail-verifier.ts';
import { TreeStack } from '../../src/application/audit/tree-stack.ts';
import { verifyExport } from '../../src/application/audit/verify-export.ts';
import { HeadsCheck } from '../../src/application/audit/verify-heads.ts';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { leafHash, MerkleStack, provesInclusion, subtreesIn } from '../../src/domain/merkle.ts';
import { checkpointText, openCheckpoint, readProof, signedNote, verifierText } from '../../src/domain/signed-note.ts';
import type { createSigner } from '../../src/signing/ed25519-signer.ts';
import { type RestAnswer, rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  type OwnedAgent,
  ownerOf,
  registerAgent,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type GraphQLAnswer, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { nth } from '../testkit/nth.ts';
import { AUDIT_SIGNING_KEY, platformForFile } from '../testkit/platform.ts';
import { auditProgramIn, settingsOf } from './audit-program.ts';
import { auditNode } from './trails.ts';

const DAY_MS = 86_400_000;

const clock = createManualClock();
const platform = platformForFile({ clock });
const database = databaseClient(() => platform.databaseUrl);

/** All that is written is sealed. */
const sealed = () =>
  eventually(async () => {
    clock.advance(1_000);
    const [row] = await database(
      `select count(*) as n from audit_events where (xact, id) not in (select xact, id from audit_leaves)`,
    );
    expect(Number(row?.n)).toBe(0);
  });

/** The heads of the day are sealed, with all that was written before it. */
async function nextDay(): Promise<void> {
  await sealed();
  const today = clock.now().getTime();
  clock.advance(DAY_MS - (today % DAY_MS) + 60_000);
  await eventually(async () => {
    clock.advance(1_000);
    expect(
      await database(`select from audit_events where type = 'audit.heads' and at > $1`, [new Date(today)]),
    ).toHaveLength(1);
  });
}

describe('the heads of the audit trail', () => {
  let agent: OwnedAgent;
  let sender: Sender;
  let others: Awaited<ReturnType<typeof agentAndSender>>;
  let keys: readonly string[];
  /** What is told before there are any. */
  let firstDay: { endsInSeconds: number; overRest: RestAnswer; overGraphql: GraphQLAnswer };
  const heads = (key: string, query = '') => rest(platform, 'GET', `/v1/audit/heads${query}`, { key });

  beforeAll(async () => {
    ({ agent, sender } = await agentAndSender(platform));
    others = await agentAndSender(platform);
    for (const each of [{ agent, sender }, others, { agent, sender: others.sender }, { agent, sender }]) {
      await submitAccepted(platform, each.agent, each.sender, { whenOffline: 'QUEUE' });
    }
    // More than a tile of them.
    await database(
      `insert into audit_events (type, at, actor_kind, subject_kind, sender_id, data)
       select 'sender.registered', now(), 'sender', 'sender', gen_random_uuid(), '{}' from generate_series(1, 700)`,
    );
    await sealed();
    const askedAt = clock.now().getTime();
    firstDay = {
      endsInSeconds: (DAY_MS - (askedAt % DAY_MS)) / 1_000,
      overRest: await heads(agent.ownerKey),
      overGraphql: await send(platform, '{ auditHeads { size } }', {}, ownerOf(agent)),
    };
    await nextDay();
    // Whatever else happens to them does before the next day: requests expire, and keys were used first.
    for (const { apiKey } of [ownerOf(agent), sender, others.agent]) await heads(apiKey);
    await eventually(async () => {
      clock.advance(10_000);
      const [row] = await database(
        `select (select count(*) from requests where finished_at is null)::int as open,
          (select count(*) from api_keys where last_used_at is null)::int as unused`,
      );
      expect(row?.open).toBe(0);
      expect(row?.unused).toBeLessThanOrEqual(1);
    });
    await nextDay();
    keys = (await rest(platform, 'GET', '/v1/audit/keys', { key: sender.apiKey })).body.items.map(
      ({ key }: { key: string }) => key,
    );
  });

  it('come first with the next day, as is told before', () => {
    const { endsInSeconds, overRest, overGraphql } = firstDay;
    expect(overRest).toMatchObject({ status: 409, body: { type: '/docs#problem-not-sealed' } });
    const seconds = Number(overRest.headers.get('retry-after'));
    expect(Math.abs(seconds - endsInSeconds)).toBeLessThan(20);
    const when = /first on \d{4}-\d\d-\d\d \(UTC\)/;
    expect(overRest.body.detail).toMatch(when);
    expect(overGraphql.errors?.[0]?.message).toMatch(when);
    expect(Math.abs(Number(overGraphql.errors?.[0]?.extensions?.retryAfterSeconds) - endsInSeconds)).toBeLessThan(20);
  });

  it('are sealed once a day, and each finds its own by a path that is checked without the platform', async () => {
    for (const [key, audience] of [
      [agent.ownerKey, agent.id],
      [sender.apiKey, sender.id],
      [others.agent.apiKey, others.agent.id],
    ] as const) {
      const { status, text, body } = await heads(key);
      expect(status, text).toBe(200);
      const proof = readProof(body.proof);
      const checkpoint = openCheckpoint(proof?.checkpoint ?? '', keys);
      if (proof === null || checkpoint === null) throw new Error('there is no proof');
      const entry = { leaf: leafHash(body.canonical), index: proof.index, ...checkpoint };
      expect(provesInclusion(proof.proof, entry)).toBe(true);
      const { type, index, data } = JSON.parse(body.canonical);
      expect({ type, index, size: data.size }).toEqual({ type: 'audit.heads', index: body.size, size: body.size });
      expect(data.audiences).toBeGreaterThan(700);
      const [head, ...more] = body.heads;
      expect(more).toEqual([]);
      const path = head.path.map((hash: string) => Buffer.from(hash, 'base64'));
      const root = Buffer.from(data.root, 'base64');
      const at = { leaf: leafHash(head.canonical), index: head.place, size: data.audiences, root };
      expect(provesInclusion(path, at)).toBe(true);
      expect(provesInclusion(path, { ...at, leaf: leafHash(head.canonical.replace(/"n":\d+/, '"n":1000')) })).toBe(
        false,
      );
      const { audience: of, n, leaf } = JSON.parse(head.canonical);
      expect({ of, n, leaf }).toEqual({ of: audience, n: head.n, leaf: head.leaf });
    }
    const { body } = await rest(platform, 'GET', '/v1/audit/entries?limit=1', { key: sender.apiKey });
    const own = (await heads(sender.apiKey)).body.heads[0];
    expect(own).toMatchObject({ audience: sender.id, n: body.items[0].chain.sender.n });
    expect(own.leaf).toBe(leafHash(body.items[0].canonical).toString('base64'));
  });

  it('are told by GraphQL alike, and to nobody of whom they are not', async () => {
    const query = `query ($agentId: ID) { auditHeads(agentId: $agentId) { size canonical heads { audience n leaf canonical place path } } }`;
    const { auditHeads } = await ask(platform, query, { agentId: agent.handle }, ownerOf(agent));
    const { size, canonical, heads: found } = (await heads(agent.ownerKey, `?agent=${agent.id}`)).body;
    expect({ ...auditHeads, size: Number(auditHeads.size) }).toEqual({ size, canonical, heads: found });
    expect(await heads(agent.ownerKey, `?agent=${others.agent.id}`)).toMatchObject({ status: 404 });
    expect(await heads(sender.apiKey, `?agent=${agent.id}`)).toMatchObject({ status: 404 });
  });

  it('and proofs say nothing of anybody else', async () => {
    const ofOthers = await database(
      `select e.entry_id::text, e.key_id::text, e.request_id::text, encode(l.leaf, 'base64') as leaf, e.data ->> 'digest' as digest
       from audit_events e join audit_leaves l using (xact, id)
       where (e.agent_id = $1 or e.sender_id = $2) and e.agent_id is distinct from $3 and e.key_id is not null`,
      [others.agent.id, others.sender.id, agent.id],
    );
    const { body } = await rest(platform, 'GET', '/v1/audit/entries?limit=50', { key: sender.apiKey });
    const proofs = await Promise.all(
      body.items.map(({ id }: { id: string }) =>
        rest(platform, 'GET', `/v1/audit/entries/${id}/proof`, { key: sender.apiKey }).then(({ text }) => text),
      ),
    );
    const answers = await Promise.all([heads(agent.ownerKey), heads(sender.apiKey)]);
    const told = [...answers.map(({ text }) => text), ...proofs].join('\n');
    const paths = JSON.stringify(answers.map(({ body }) => body.heads));
    expect(proofs.length).toBeGreaterThan(1);
    expect(ofOthers.length).toBeGreaterThan(2);
    for (const secret of [others.agent.id, others.agent.handle, others.sender.id]) expect(told).not.toContain(secret);
    for (const { leaf, ...entry } of ofOthers) {
      for (const secret of Object.values(entry)) if (secret !== null) expect(told).not.toContain(String(secret));
      // Beside it in the tree it is a hash of what has a random id; of whose it is the map tells nothing.
      expect(paths).not.toContain(String(leaf));
    }
  });

  it('show that the last entry of an agent is withheld', async () => {
    const node = await auditNode(platform.databaseUrl, { key: AUDIT_SIGNING_KEY });
    const lines: ExportLine[] = [];
    const hashesOf = (subtrees: Parameters<typeof node.audit.hashesOf>[0]) => node.audit.hashesOf(subtrees);
    const kept = (await heads(agent.ownerKey)).text;
    // Whatever is sealed meanwhile: the file says what the tree was where the heads were proved.
    const since = new HeadsCheck(kept, keys).checkpoint.size;
    const options = { keys, hashesOf, agentId: agent.id, since };
    for await (const line of exportAudit(node.archive, options)) lines.push(line);
    const last = lines.findLastIndex(({ kind }) => kind === 'entry');
    const entry = lines[last];
    if (entry?.kind !== 'entry') throw new Error('there is no entry');
    const gap: ExportLine = { kind: 'hashes', from: entry.index, to: entry.index + 1, hashes: [entry.leaf] };
    const withheld = lines.toSpliced(last, 1, gap);
    const verified = async (given: readonly ExportLine[], said = kept) => {
      const check = new HeadsCheck(said, keys);
      const text = async function* () {
        for (const line of given) yield JSON.stringify(line);
      };
      const told = { onEntry: (each: ExportedEntry) => check.entry(each), proved: check.checkpoint };
      expect(await verifyExport(text(), { keys, ...told })).toMatchObject({ hasMetProved: true });
      check.end(agent.id);
    };
    await expect(verified(lines)).resolves.toBeUndefined();
    await expect(verified(withheld)).rejects.toThrow('Entries were withheld');
    // And what is of another tree, though that has the same entries of this agent and is signed, too.
    await expect(verified(forked(lines, node.signer))).rejects.toThrow('that the heads were proved by');
    const { canonical, ...said } = JSON.parse(kept);
    const elsewhere = JSON.stringify({ ...said, canonical: canonical.replace(/"size":\d+/, '"size":1') });
    await expect(verified(lines, elsewhere)).rejects.toThrow('not proved by a checkpoint');
    // Of all entries the root of the map is computed anew.
    const whole: string[] = [];
    for await (const line of exportAudit(node.archive, { ...options, agentId: null })) whole.push(JSON.stringify(line));
    const all = (given: readonly string[]) =>
      verifyExport(
        (async function* () {
          yield* given;
        })(),
        { keys },
      );
    expect(await all(whole)).toMatchObject({ maps: 2 });
    // And found where the platform itself sealed another one: all else of such a trail is right.
    const wrong = resealed(whole, node.signer, ({ data, ...entry }) => ({
      ...entry,
      data: { ...data, root: Buffer.alloc(32, 7).toString('base64') },
    }));
    const message = 'has a root that is not that of the newest entries';
    await expect(all(wrong)).rejects.toThrow(message);
    expect(await all(resealed(whole, node.signer, (entry) => entry))).toMatchObject({ maps: 2 });
    const trail = new TrailVerifier(keys);
    for (const line of wrong.map((text): ExportLine => JSON.parse(text))) {
      if (line.kind === 'checkpoint') trail.checkpoint(line.note);
      if (line.kind !== 'entry') continue;
      const details = line.details && { ...line.details, salt: Buffer.from(line.details.salt, 'base64') };
      trail.entry({ text: line.canonical, details: details as never });
    }
    expect(trail.end()?.message).toContain(message);
    await node.close();
  });

  it('are held by the program to an export that stops where they were proved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcierge-heads-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const program = auditProgramIn(folder);
    writeFileSync(join(folder, 'before.json'), (await heads(agent.ownerKey)).text);
    // The tree is larger by then than where they were proved.
    await registerAgent(platform);
    await sealed();
    const asked = ['export', 'agent.ndjson', '--agent', agent.id, '--heads', 'before.json'];
    const made = await program(asked, settingsOf(platform));
    expect(made, made.stderr).toMatchObject({ code: 0 });
    await registerAgent(platform);
    await sealed();
    writeFileSync(join(folder, 'after.json'), (await heads(agent.ownerKey)).text);
    const verify = (file: string) =>
      program(['verify', 'agent.ndjson', ...keys.flatMap((key) => ['--key', key]), '--heads', file]);
    const [proved, beyond] = await Promise.all([verify('before.json'), verify('after.json')]);
    expect(proved, proved.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Verified') });
    expect(beyond).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('export it anew with --heads'),
    });
  });

  it('are those of the newest day, also where nothing happens', async () => {
    const before = (await heads(sender.apiKey)).body;
    const one = await registerAgent(platform);
    await sealed();
    expect((await heads(one.apiKey)).body.heads).toEqual([]);
    await nextDay();
    const after = (await heads(sender.apiKey)).body;
    expect(after.size).toBeGreaterThan(before.size);
    expect(after.heads[0]).toMatchObject({ n: before.heads[0].n, leaf: before.heads[0].leaf });
    expect(after.heads[0].canonical).not.toBe(before.heads[0].canonical);
    expect((await heads(one.ownerKey)).body.heads).toHaveLength(1);
    await nextDay();
    const [left] = await database('select count(*)::int as maps from audit_maps');
    expect(left?.maps).toBe(2);
  });

  it('stay when all that they are of is pruned', async () => {
    await sealed();
    const before = (await heads(sender.apiKey)).body;
    const node = await auditNode(platform.databaseUrl, { key: AUDIT_SIGNING_KEY });
    const [{ size } = {}] = await database('select size::int from audit_cursor');
    expect(await node.archive.prune({ from: 0, to: Number(size) }, clock.now())).toBeGreaterThan(700);
    await node.close();
    await sealed();
    const { status, text, body } = await heads(sender.apiKey);
    expect(status, text).toBe(200);
    expect({ ...body, proof: '' }).toEqual({ ...before, proof: '' });
    expect(readProof(body.proof)?.index).toBe(body.size);
  });
});

/** An export of an agent in which what was left out was something else, with the signatures that such a trail would have. */
function forked(lines: readonly ExportLine[], signer: ReturnType<typeof createSigner>): readonly ExportLine[] {
  const tree = new TreeStack();
  return lines.map((line) => {
    if (line.kind === 'entry') tree.add(Buffer.from(line.leaf, 'base64'));
    if (line.kind === 'hashes') {
      const hashes = line.hashes.map((_, at) => Buffer.alloc(32, at));
      for (const [at, { level }] of subtreesIn(line).entries()) tree.add(nth(hashes, at), level);
      return { ...line, hashes: hashes.map((hash) => hash.toString('base64')) };
    }
    if (line.kind !== 'checkpoint') return line;
    const [origin = ''] = line.note.split('\n');
    const text = checkpointText({ origin, size: tree.size, root: tree.root() ?? Buffer.alloc(32) });
    return { ...line, note: signedNote(text, { name: origin, ...signer }) };
  });
}

/** A whole export in which entries with heads say something else, with the hashes and signatures that such a trail would have. */
function resealed(
  whole: readonly string[],
  signer: ReturnType<typeof createSigner>,
  change: (entry: { data: object }) => object,
): readonly string[] {
  const tree = new MerkleStack();
  return whole.map((text) => {
    const line: ExportLine = JSON.parse(text);
    if (line.kind === 'checkpoint') {
      const { origin } =
        openCheckpoint(line.note, [verifierText(line.note.split('\n')[0] ?? '', signer.publicKey)]) ?? {};
      if (origin === undefined) throw new Error('there is no checkpoint');
      const note = signedNote(checkpointText({ origin, size: tree.size, root: tree.root() }), {
        name: origin,
        ...signer,
      });
      return JSON.stringify({ ...line, note });
    }
    if (line.kind !== 'entry') return text;
    const entry = JSON.parse(line.canonical);
    const canonical = entry.type === 'audit.heads' ? canonicalJson(change(entry)) : line.canonical;
    const leaf = leafHash(canonical);
    tree.append(leaf);
    return JSON.stringify({ ...line, canonical, leaf: leaf.toString('base64') });
  });
}
