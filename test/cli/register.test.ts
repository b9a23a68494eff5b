import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { homeForTest } from './run-cli.ts';

const platform = platformForFile();
const VIEWER = 'query { viewer { __typename ... on Agent { handle } } }';

describe('clawcierge register', () => {
  it('prints the keys of an agent once, as text or as an object', async () => {
    const home = homeForTest();
    const handle = uniqueHandle();
    const args = ['register', '--handle', handle, '--url', platform.url, '--output', 'json'];
    const { code, json, stderr } = await home.run(args);
    expect(code, stderr).toBe(0);
    expect(json).toHaveLength(1);
    expect(json[0].agent).toMatchObject({ handle, displayName: handle });
    expect(json[0].ownerKey).toMatch(/^clw_owner_/);
    const { viewer } = await ask(platform, VIEWER, {}, { apiKey: json[0].apiKey });
    expect(viewer).toEqual({ __typename: 'Agent', handle });

    const again = await home.run(['register', '--handle', handle], { env: { CLAWCIERGE_URL: platform.url } });
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain(handle);
  });

  it('keeps the keys as profiles that only their user may read, and prints them nowhere', async () => {
    const home = homeForTest();
    const handle = uniqueHandle();
    const args = ['register', '--handle', handle, '--save', 'ada', '--url', platform.url];
    const { code, stdout, stderr } = await home.run(args);
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/clw_(agent|owner)_/);
    for (const [name, kind] of [
      ['ada', 'agent'],
      ['ada-owner', 'owner'],
    ]) {
      const file = join(home.folder, '.config/clawcierge/profiles', `${name}.json`);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        url: platform.url,
        key: expect.stringContaining(`clw_${kind}_`),
      });
    }
    const again = await home.run(['register', '--sender', '--name', 'Ben', '--save', 'ada']);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('There is a profile “ada” already.');
  });

  it('registers nobody whose keys it could not keep', async () => {
    const handle = uniqueHandle();
    const args = ['register', '--handle', handle, '--save', 'ada', '--url', platform.url];
    const refused = await homeForTest().run(args, { env: { XDG_CONFIG_HOME: '/dev/null' } });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('No profile can be written to /dev/null/clawcierge/profiles');
    expect(await homeForTest().run(args)).toMatchObject({ code: 0 });
  });

  it('registers a sender, and says what is missing', async () => {
    const home = homeForTest();
    const env = { CLAWCIERGE_URL: platform.url };
    const sender = await home.run(['register', '--sender', '--name', 'Ben'], { env });
    expect(sender.code, sender.stderr).toBe(0);
    expect(sender.stdout).toMatch(/^sender {2}\S+\nkey {5}clw_sender_\S+\n$/);
    for (const args of [['register'], ['register', '--sender'], ['register', '--handle', 'a.b', '--sender']]) {
      expect(await home.run(args, { env })).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
