import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thinCheckpoints } from '../../src/application/maintenance/thin-checkpoints.ts';
import { verifierText } from '../../src/domain/signed-note.ts';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, type OwnedAgent, ownerOf, type Sender, submitAccepted } from '../testkit/actors.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { AUDIT_SIGNING_KEY, platformForFile } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { auditProgramIn, settingsOf } from './audit-program.ts';
import { auditNode } from './trails.ts';

const platform = platformForFile({ env: { AUDIT_SEAL_SECONDS: '1' } });
const database = databaseClient(() => platform.databaseUrl);

/** A database whose tables are where releases before DATABASE_SCHEMA made them. */
let earlier: Awaited<ReturnType<typeof createTestDatabase>> | undefined;
afterAll(() => earlier?.drop());
const inEarlier = databaseClient(() => earlier?.url ?? '');

const folder = mkdtempSync(join(tmpdir(), 'clawcierge-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const audit = auditProgramIn(folder);
const there = () => settingsOf(platform);

type Line = { kind: string; index: number; canonical: string; leaf: string; note: string; details?: object };
const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the audit trail, taken elsewhere', () => {
  const file = join(folder, 'trail.ndjson');
  let agent: OwnedAgent;
  let sender: Sender;
  let key: string;

  /** Something on record, sealed. */
  async function sealed(): Promise<number> {
    for (let n = 0; n < 3; n += 1) await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const [row] = await database('select count(*)::int as n from audit_events');
    return eventually(async () => {
      const { body } = await rest(platform, 'GET', '/v1/audit/checkpoint', { key: sender.apiKey });
      expect(body.size).toBeGreaterThanOrEqual(Number(row?.n));
      return body.size;
    });
  }

  /** The file with one of its lines changed, as another file. */
  function changed(change: (lines: Line[]) => void): string {
    const lines = linesOf(file);
    change(lines);
    const other = join(folder, 'changed.ndjson');
    writeFileSync(other, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
    return other;
  }

  beforeAll(async () => {
    ({ agent, sender } = await agentAndSender(platform));
    // Among what is personal is what others take for the ends of lines.
    const limit = { agentId: agent.id, senderId: sender.id, perMinute: 60, reason: 'one\u2028two\u2029three' };
    await mutateSuccessfully(platform, 'setSenderLimit', limit, 'senderLimit { reason }', ownerOf(agent));
    await sealed();
    const { body } = await rest(platform, 'GET', '/v1/audit/keys', { key: sender.apiKey });
    expect(body.items).toMatchObject([{ is_current: true }]);
    key = body.items[0].key;
    const made = await audit(['export', file], there());
    expect(made, made.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/Exported \d+ entries to /) });
  });

  it('is verified without a database, by the key that was kept', async () => {
    const other = key.replace(/^[^+]+/, 'elsewhere');
    // What somebody may have announced is no key to go by, and is told.
    const naming = changed(([head]) => Object.assign(head as Line, { keys: [key, other] }));
    const verified = await audit(['verify', naming, '--key', key]);
    expect(verified, verified.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Verified: \d+ entries.*\nThe file names a key that was not given: elsewhere\+\S+\n$/,
      ),
    });
    expect(await audit(['verify', file, '--key', other])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `--key is a verifier key, as GET /v1/audit/keys has it, and "${other}" is none.\n`,
    });
    const strangers = verifierText('elsewhere', Buffer.alloc(32, 7));
    expect(await audit(['verify', file, '--key', strangers])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'The last checkpoint is signed by none of the keys that were given.\n',
    });
  });

  it('names the first entry that is not what was sealed', async () => {
    const entries = linesOf(file).filter(({ kind }) => kind === 'entry');
    const at = Math.floor(entries.length / 2);
    const name = (index: number) => expect.stringContaining(`Entry ${index} (`);
    const edited = changed((lines) => {
      const line = lines.filter(({ kind }) => kind === 'entry')[at] as Line;
      line.canonical = line.canonical.replace('"v":1', '"v":2');
    });
    expect(await audit(['verify', edited, '--key', key])).toMatchObject({ code: 1, stderr: name(at) });
    const removed = changed((lines) =>
      lines.splice(
        lines.findIndex(({ index }) => index === at),
        1,
      ),
    );
    expect(await audit(['verify', removed, '--key', key])).toMatchObject({ code: 1, stderr: name(at + 1) });
    const cut = changed((lines) => lines.splice(-1, 1));
    expect(await audit(['verify', cut, '--key', key])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not whole'),
    });
  });

  it('is refused where the file was cut, though its last line is a checkpoint', async () => {
    const cut = changed(([head]) => {
      const { to } = head as Line & { to: number };
      Object.assign(head as Line, { to: to + 2 });
    });
    const { to } = linesOf(file)[0] as Line & { to: number };
    const refused = await audit(['verify', cut, '--key', key]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`index ${to} to ${to + 1} are missing`) });
    const [{ before }] = (await database('select now()::text as before')) as [{ before: string }];
    const at = new Date(before).toISOString();
    const pruned = await audit(['prune', '--before', at, '--file', cut, '--key', key], there());
    expect(pruned).toMatchObject({ code: 1, stderr: expect.stringContaining('are missing') });
  });

  it("is refused where an agent's first entries were left out of what is said to begin with the first", async () => {
    const ofAgent = join(folder, 'agent.ndjson');
    expect(await audit(['export', ofAgent, '--agent', agent.id], there())).toMatchObject({ code: 0 });
    expect(await audit(['verify', ofAgent, '--key', key])).toMatchObject({ code: 0 });
    const lines = linesOf(ofAgent);
    const first = lines.findIndex(({ kind }) => kind === 'entry');
    const { index, leaf } = lines[first] as Line;
    const withheld = lines.with(first, { kind: 'hashes', from: index, to: index + 1, hashes: [leaf] } as never);
    const without = join(folder, 'without.ndjson');
    writeFileSync(without, `${withheld.map((line) => JSON.stringify(line)).join('\n')}\n`);
    expect(await audit(['verify', without, '--key', key])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is number 2 among'),
    });
  });

  it('is refused where something stands beside what was sealed', async () => {
    const beside = changed((lines) => Object.assign(lines[1] as Line, { note: 'trust me' }));
    expect(await audit(['verify', beside, '--key', key])).toMatchObject({ code: 1, stdout: '' });
  });

  it('shows that what was kept before is still the beginning', async () => {
    const before = await rest(platform, 'GET', '/v1/audit/checkpoint', {
      key: sender.apiKey,
      headers: { accept: 'text/plain' },
    });
    const kept = join(folder, 'kept.txt');
    writeFileSync(kept, before.text);
    await sealed();
    const later = join(folder, 'later.ndjson');
    const made = await audit(['export', later, '--agent', agent.id, '--since', kept], there());
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const verified = await audit(['verify', later, '--key', key, '--since', kept]);
    expect(verified, verified.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`of agent ${agent.id}`),
    });
    expect(await audit(['verify', file, '--key', key, '--since', kept])).toMatchObject({ code: 1 });
  });

  it('is pruned only as far as a verified file has it, and what is left is proved as before', async () => {
    const [moment] = await database('select now() as at');
    const before = new Date(String(moment?.at)).toISOString();
    const size = await sealed();
    const prune = (from: string) => audit(['prune', '--before', before, '--file', from, '--key', key], there());
    const refused = await prune(file);
    expect(refused, refused.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was removed') });
    const whole = join(folder, 'whole.ndjson');
    const kept = join(folder, 'kept-before.txt');
    expect(await audit(['export', whole], there())).toMatchObject({ code: 0 });
    writeFileSync(kept, linesOf(whole).at(-1)?.note ?? '');
    // The checkpoint that the file ends with is one of those that the platform keeps no longer.
    const last = await sealed();
    const node = await auditNode(platform.databaseUrl, { key: AUDIT_SIGNING_KEY });
    await node.sealAll();
    await thinCheckpoints({ ...node, newestKept: 1 }).run(AbortSignal.timeout(60_000));
    await node.close();
    const [{ n }] = (await database(`select count(*)::int as n from audit_checkpoints where size < $1`, [last])) as [
      { n: number },
    ];
    expect(n).toBe(1);
    const pruned = await prune(whole);
    expect(pruned, pruned.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/Pruned \d+ entries/) });
    await sealed();
    const rest_ = join(folder, 'rest.ndjson');
    expect(await audit(['export', rest_], there())).toMatchObject({ code: 0 });
    expect(await audit(['verify', whole, '--key', key])).toMatchObject({ code: 0 });
    expect(await audit(['export', rest_, '--since', kept, '--force'], there())).toMatchObject({ code: 0 });
    const verified = await audit(['verify', rest_, '--key', key, '--since', kept]);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    const { body } = await rest(platform, 'GET', '/v1/audit/entries?type=request.submitted', { key: sender.apiKey });
    const proof = await rest(platform, 'GET', `/v1/audit/entries/${body.items.at(-1).id}/proof`, {
      key: sender.apiKey,
    });
    expect(proof).toMatchObject({ status: 200, text: expect.stringMatching(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/) });
    expect(size).toBeGreaterThan(0);
    const { body: consistent } = await rest(platform, 'GET', `/v1/audit/consistency?from=1&to=${size}`, {
      key: sender.apiKey,
    });
    expect(consistent.hashes.length).toBeGreaterThan(0);
  });

  it('has what is personal erased, and is what was sealed all the same', async () => {
    const [entry] = await database(
      "select entry_id from audit_events where subject_kind = 'request' order by id desc limit 1",
    );
    expect(entry).toBeDefined();
    const erased = await audit(['erase', '--subject', sender.id], there());
    expect(erased, erased.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining('Erased') });
    const [left] = await database(
      'select count(*)::int as n from audit_details d join audit_events e using (entry_id) where e.sender_id = $1 or e.subject_id = $1',
      [sender.id],
    );
    expect(left?.n).toBe(0);
    const after = join(folder, 'erased.ndjson');
    expect(await audit(['export', after], there())).toMatchObject({ code: 0 });
    expect(await audit(['verify', after, '--key', key])).toMatchObject({ code: 0 });
  });

  it('is held against the tables', async () => {
    const same = await audit(['reconcile'], there());
    expect(same, same.stdout).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Reconciled: \d+ requests/) });
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await database("update requests set status = 'COMPLETED', finished_at = now() where id = $1", [id]);
    expect(await audit(['reconcile'], there())).toMatchObject({
      code: 1,
      stdout: `Request ${id} is COMPLETED, and PENDING on record.\n`,
    });
  });

  it('is worked on in whichever schema its tables are, and nothing is made where there is none', async () => {
    earlier = await createTestDatabase();
    await inEarlier('alter schema public rename to extensions');
    await inEarlier('alter schema clawcierge rename to public');
    expect(await audit(['reconcile'], settingsOf({ databaseUrl: earlier.url }))).toMatchObject({
      code: 0,
      stdout: 'Reconciled: 0 requests are what is on record of them.\n',
    });

    const nowhere = join(folder, 'nowhere');
    expect(await audit(['reconcile'], { DATA_DIR: nowhere, APP_ENV: 'test' })).toMatchObject({
      code: 1,
      stderr: `There is no database in ${nowhere}: set DATA_DIR, or DATABASE_URL.\n`,
    });
    expect(existsSync(nowhere)).toBe(false);
  });

  it('says how it is called', async () => {
    expect(await audit(['--help'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('npm run audit -- verify'),
    });
    for (const [args, fault] of [
      [[], 'Works on the audit trail'],
      [['verify', file], 'verify needs --key.'],
      [['export'], 'export needs FILE.'],
      [['prune', '--before', '2026-01-01'], 'prune needs --file and --key.'],
      [['export', file, '--key', key], 'export takes no --key.'],
      [['erase', '--subject', sender.id, '--address', '192.0.2.7'], 'erase needs one of --subject and --address.'],
    ] as const) {
      const { code, stderr } = await audit(args);
      expect([code, stderr.slice(0, fault.length)], args.join(' ')).toEqual([2, fault]);
    }
  });
});
