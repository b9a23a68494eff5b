import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { platformForFile } from '../testkit/platform.ts';
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
    expect((await home.run(['requests', 'list', '--key-file', file], by)).code).toBe(0);
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
