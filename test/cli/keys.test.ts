import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointText, signedNote } from '../../src/domain/signed-note.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { AUDIT_SIGNING_KEY, platformForFile } from '../testkit/platform.ts';
import { as, homeForTest } from './run-cli.ts';

const platform = platformForFile();

describe('clawcierge keys', () => {
  it('makes, lists, replaces and revokes them', async () => {
    const sender = await registerSender(platform);
    const home = homeForTest();
    const by = as(platform, sender);
    const args = [
      'keys',
      'create',
      '--label',
      'laptop',
      '--scope',
      'requests:submit',
      'requests:read',
      '--output',
      'json',
    ];
    const made = await home.run([...args, '--expires', '2126-01-01'], by);
    expect(made.json[0].key).toMatchObject({ label: 'laptop', expiresAt: '2126-01-01T00:00:00.000Z' });
    const { id } = made.json[0].key;
    const rotated = await home.run(['keys', 'rotate', id, '--overlap', '60', '--save', 'laptop'], by);
    expect(rotated.code, rotated.stderr).toBe(0);
    expect(rotated.stdout).not.toContain('clw_');
    expect(rotated.stderr).toMatch(new RegExp(`The key ${id} ends at 20`));
    expect((await home.run(['requests', 'list', '--profile', 'laptop'])).code).toBe(0);
    const revoked = await home.run(['keys', 'revoke', id], by);
    expect(revoked.stdout).toMatch(new RegExp(`^${id} {2}revoked 20`));
    const { stdout } = await home.run(['keys', 'list'], by);
    expect(stdout.split('\n').filter((line) => line.startsWith('*'))).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`^ +${id} .* revoked .* laptop$`, 'm'));
  });

  it('takes no key for an id, and repeats none', async () => {
    const sender = await registerSender(platform);
    const { code, stderr } = await homeForTest().run(['keys', 'revoke', sender.apiKey], as(platform, sender));
    expect(code).toBe(2);
    expect(stderr).not.toContain(sender.apiKey);
  });

  it('of an agent are its owner’s to see to', async () => {
    const agent = await registerAgent(platform);
    const by = as(platform, { apiKey: agent.ownerKey });
    const home = homeForTest();
    const made = await home.run(['keys', 'create', '--agent', agent.handle], by);
    expect(made.stdout).toMatch(/^id {3}\S+\nkey {2}clw_agent_\S+\n$/);
    const { json } = await home.run(['keys', 'list', '--agent', agent.handle, '--output', 'json'], by);
    expect(json).toHaveLength(2);
  });
});

describe('where the platform and the key come from', () => {
  it('takes a profile’s key to its own platform only, and from no file that others may read', async () => {
    const home = homeForTest();
    await home.run(['register', '--sender', '--name', 'Ben', '--save', 'ben', '--url', platform.url]);
    expect((await home.run(['requests', 'list', '--profile', 'ben'])).code).toBe(0);
    const elsewhere = await home.run(['requests', 'list', '--profile', 'ben', '--url', 'http://other.example']);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toContain(`is for ${platform.url}, and --url says http://other.example`);
    const unknown = await home.run(['requests', 'list', '--profile', 'bem']);
    expect(unknown.stderr).toContain('There is no profile “bem”.\nThere are: ben.');
    chmodSync(`${home.folder}/.config/clawcierge/profiles/ben.json`, 0o644);
    const readable = await home.run(['requests', 'list', '--profile', 'ben']);
    expect(readable).toMatchObject({ code: 2, stdout: '' });
    expect(readable.stderr).toContain('chmod 600');
  });

  it('reads a key from a file, before the environment', async () => {
    const sender = await registerSender(platform);
    const home = homeForTest();
    const file = home.write('key', `${sender.apiKey}\n`);
    const by = as(platform, { apiKey: 'clw_sender_nobody' });
    const named = await home.run(['requests', 'list', '--key-file', file], by);
    expect(named).toMatchObject({
      code: 0,
      stderr: `warning Others on this machine may read the key in ${file}: chmod 600 ${file}\nThere are none.\n`,
    });
    chmodSync(file, 0o600);
    const env = { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY_FILE: file };
    expect(await home.run(['requests', 'list'], { env })).toMatchObject({ code: 0, stderr: 'There are none.\n' });
    const both = await home.run(['requests', 'list'], { env: { ...env, ...by.env } });
    expect(both.stderr).toContain('CLAWCIERGE_KEY and CLAWCIERGE_KEY_FILE are both set.');
    const refused = await home.run(['requests', 'list'], by);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('`clawcierge doctor` tells.');
    expect((await home.run(['requests', 'list', '--key-file', 'nowhere'], by)).code).toBe(2);
  });

  it('uses the profile “default” where nothing is said', async () => {
    const home = homeForTest();
    await home.run(['register', '--sender', '--name', 'Ben', '--save', 'default', '--url', platform.url]);
    expect((await home.run(['requests', 'list'])).code).toBe(0);
    const elsewhere = await home.run(['requests', 'list'], { env: { CLAWCIERGE_URL: 'http://other.example' } });
    expect(elsewhere.stderr).toContain('This needs a key for http://other.example.');
  });
});

describe('clawcierge audit', () => {
  it('holds the platform to what it had, with what commands that were used before have kept', async () => {
    const sender = await registerSender(platform);
    const home = homeForTest();
    const by = as(platform, sender);
    const folder = join(home.folder, '.local/state/clawcierge/checkpoints');
    const found = await eventually(async () => {
      const { json } = await home.run(['audit', 'entries', '--type', 'sender.registered', '--output', 'json'], by);
      expect(json[0]).toMatchObject({ type: 'sender.registered', isSealed: true });
      return json[0];
    });
    expect((await home.run(['requests', 'list'], by)).code).toBe(0);
    const [kept = '', ...others] = readdirSync(folder).map((file) => join(folder, file));
    expect(others).toEqual([]);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const proved = await home.run(['audit', 'proof', found.id], by);
    expect(proved, proved.stderr).toMatchObject({ code: 0 });
    expect(proved.stdout).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/);
    // What somebody printed is proved with all that it says.
    const [printed, changed] = [found, { ...found, type: 'sender.expired' }].map((each) =>
      home.write(`${each.type}.json`, each),
    );
    const [asPrinted, asChanged] = await Promise.all([
      home.run(['audit', 'proof', found.id, '--entry', printed ?? ''], by),
      home.run(['audit', 'proof', found.id, '--entry', changed ?? ''], by),
    ]);
    expect(asPrinted, asPrinted.stderr).toMatchObject({ code: 0 });
    expect(asChanged).toMatchObject({ code: 6, stderr: expect.stringContaining('has another type.') });
    const checked = await home.run(['audit', 'check'], by);
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ entries, with all \d+ of before/) });

    // What was kept is of another tree that the platform has signed: it has shown two.
    const [origin = ''] = JSON.parse(readFileSync(kept, 'utf8')).note.split('\n');
    const { publicKey, sign } = createSigner(AUDIT_SIGNING_KEY);
    const text = checkpointText({ origin, size: 1, root: Buffer.alloc(32, 1) });
    const note = signedNote(text, { name: origin, publicKey, sign });
    const before = { ...JSON.parse(readFileSync(kept, 'utf8')), note, checkedAt: '2026-01-01T00:00:00.000Z' };
    writeFileSync(kept, JSON.stringify(before));
    const used = await home.run(['requests', 'list'], by);
    expect(used).toMatchObject({ code: 0, stderr: expect.stringContaining('is not what it was') });
    const { code, json, stderr } = await home.run(['audit', 'check', '--output', 'json'], by);
    expect(code, stderr).toBe(6);
    expect(json).toMatchObject([{ kind: 'unproven', kept: note, seen: expect.stringContaining(origin) }]);
    expect(stderr).toContain('Ask whoever runs the platform');

    // Nor is it silent where what was kept cannot be compared.
    writeFileSync(kept, '{');
    const blind = await home.run(['requests', 'list'], by);
    expect(blind).toMatchObject({ code: 0, stderr: expect.stringMatching(/could not be checked.*Move it away/) });
  });
});
