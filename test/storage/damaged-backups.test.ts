import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkBackup } from '../../src/storage/backup/restore-backup.ts';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { backUp, databaseForTest, inPieces, isUntouched, KEPT_TABLES, restore } from '../testkit/backups.ts';
import { platformForFile } from '../testkit/platform.ts';

const check = (file: Buffer) => checkBackup(inPieces(file, 101));

describe('a backup that is not as it was written is refused', () => {
  const platform = platformForFile();
  let whole: Buffer = Buffer.alloc(0);

  beforeAll(async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (let left = 3; left > 0; left -= 1) await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    whole = await backUp(platform.databaseUrl);
  });

  /** What somebody wrote who knows the format, with another content. */
  const rewritten = (change: (content: string) => string, { withChecksum = true } = {}): Buffer => {
    const content = change(gunzipSync(whole).toString());
    if (!withChecksum) return gzipSync(content);
    const begin = content.slice(0, content.lastIndexOf('{"sha256"'));
    return gzipSync(`${begin}{"sha256":"${createHash('sha256').update(begin).digest('hex')}"}\n`);
  };

  it('but is taken as it is, in pieces of any size', async () => {
    for (const bytes of [1, 7, 4_096, whole.length]) {
      expect(await checkBackup(inPieces(whole, bytes))).toMatchObject({ tables: KEPT_TABLES });
    }
    expect(await check(rewritten((content) => content))).toMatchObject({ tables: KEPT_TABLES });
  });

  it('wherever it is cut off, compressed or not', async () => {
    const content = gunzipSync(whole);
    for (let at = 0; at < whole.length; at += 13) {
      await expect(check(whole.subarray(0, at)), `${at} bytes`).rejects.toThrow(/is damaged|not a backup/);
    }
    for (let at = 0; at < content.length; at += 97) {
      await expect(check(gzipSync(content.subarray(0, at))), `${at} bytes`).rejects.toThrow(/is damaged|not a backup/);
    }
  });

  it('whichever byte of its content is another', async () => {
    const content = gunzipSync(whole);
    for (let at = 0; at < content.length; at += 97) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(check(gzipSync(changed)), `byte ${at}`).rejects.toThrow(
        /is damaged|not a backup|has format|newer version/,
      );
    }
    const changed = Buffer.from(whole);
    changed[whole.length >> 1] = (changed[whole.length >> 1] ?? 0) ^ 1;
    await expect(check(changed)).rejects.toThrow(/is damaged/);
  });

  it.each([
    ['an empty file', () => Buffer.alloc(0), 'it is empty'],
    ['a text', () => Buffer.from('-- PostgreSQL database dump\n'), 'The file is not a backup of Clawcierge.'],
    ['a text that is compressed', () => gzipSync('-- dump\nselect 1;\n'), 'The file is not a backup of Clawcierge.'],
    ['an archive of zeros', () => gzipSync(Buffer.alloc(3_000_000)), 'The file is not a backup of Clawcierge.'],
    ['JSON of others', () => gzipSync('{"format":"pg"}\n'), 'The file is not a backup of Clawcierge.'],
    [
      'what npm prints',
      () => Buffer.concat([Buffer.from('\n> clawcierge@0.1.0 backup\n> exec node\n\n'), whole]),
      'npm run --silent backup',
    ],
    ['something at its end', () => Buffer.concat([whole, Buffer.from('more')]), 'is damaged'],
    ['zeros at its end', () => Buffer.concat([whole, Buffer.alloc(9)]), 'something stands after its end'],
    ['another one at its end', () => Buffer.concat([whole, whole]), 'something stands after its last line'],
    ['a lost row', () => rewritten((text) => text.replace(/("table":"requests".*\n).*\n/, '$1')), 'has 2 rows'],
    ['a doubled table', () => rewritten((text) => text.replace(/(\{"table":"agents[\s\S]*?\\\.\n)/, '$1$1')), 'twice'],
    [
      'another word in a row',
      () => rewritten((text) => text.replace('Test Agent', 'Test Agony'), { withChecksum: false }),
      'its content is not what was written (SHA-256)',
    ],
    [
      'a newer format',
      () => rewritten((text) => text.replace('"version":1', '"version":2')),
      'The backup has format 2, and this version of Clawcierge reads format 1',
    ],
    [
      'a newer schema',
      () => rewritten((text) => text.replace(/"(\d{4}-[a-z-]+)"\]/, '"$1","9999-later"]')),
      'The backup is of a newer version of Clawcierge: this one does not know 9999-later.',
    ],
    [
      'a schema with a hole',
      () => rewritten((text) => text.replace('"0002-admin-credential",', '')),
      'The backup lacks 0002-admin-credential',
    ],
  ])('%s', async (_, file, message) => {
    await expect(check(file())).rejects.toThrow(message);
  });

  it.each([
    [
      'a table of others',
      (text: string) => text.replaceAll('policy_sets', 'strangers'),
      'it has a table "strangers", which its schema does not have',
    ],
    [
      'a lost table',
      (text: string) => text.replace(/\{"table":"policy_sets[\s\S]*?\\\.\n/, '').replace(/"policy_sets":\d+,/, ''),
      'it has no table policy_sets',
    ],
    [
      'a column of others',
      (text: string) => text.replace('"handle","display_name"', '"handle","display"'),
      'its table "agents" has columns that its schema does not have: display',
    ],
    [
      'a lost column',
      (text: string) => text.replace('"handle","display_name"', '"handle"'),
      'its table "agents" lacks columns: display_name',
    ],
    [
      'a row that breaks a rule',
      (text: string) => text.replace(/("table":"requests".*\n[^\t]*\t)\w+/, '$1LOST'),
      'Table "requests" does not take the rows of the backup',
    ],
    [
      'rows without those they belong to',
      (text: string) => text.replace(/("table":"agents".*\n).*\n/, '$1').replace('"agents":1', '"agents":0'),
      'does not take the rows of the backup',
    ],
  ])('with a right checksum: %s, and nothing is left of it', async (_, change, message) => {
    const url = await databaseForTest();
    const file = rewritten(change);
    await check(file);
    await expect(restore(url, file)).rejects.toThrow(message);
    expect(await isUntouched(url)).toBe(true);
  });
});
