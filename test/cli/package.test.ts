import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../agent-sdk/platform/child-process.ts';
import { type InstalledPackage, installPacked } from '../agent-sdk/platform/installed-package.ts';

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPacked('cli');
});
afterAll(() => installed.remove());

const inPackage = (file: string) => join(installed.folder, 'node_modules/@clawcierge/cli', file);

describe('the packed command line', () => {
  it('holds what a user needs, and no tests or machine’s leftovers', () => {
    const { files } = installed;
    const needed = ['package.json', 'README.md', 'LICENSE', 'bin/clawcierge.js', 'dist/bridge/command.js'];
    expect(files).toEqual(expect.arrayContaining(needed));
    expect(
      files.filter((name) => !/^(package\.json|README\.md|LICENSE|bin\/clawcierge\.js|(dist|src)\/.+)$/.test(name)),
    ).toEqual([]);
    expect(files.filter((name) => /test|\.env|node_modules|tsbuildinfo/.test(name))).toEqual([]);
  });

  it('is a program by the name of clawcierge, which says its version and what there is', async () => {
    const { bin, version, engines } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'));
    expect(bin).toEqual({ clawcierge: './bin/clawcierge.js' });
    expect(readFileSync(inPackage(bin.clawcierge), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    const said = runNode(['--throw-deprecation', inPackage(bin.clawcierge), '--version']);
    expect(await said.ended(), said.stderr()).toBe(0);
    expect(said.stdout()).toBe(`${version}\n`);
    expect(engines.node).toBe('>=22.12');
    expect(readFileSync(inPackage('README.md'), 'utf8')).toContain('Node 22.12 or newer');
  });

  it('is found by npx in a checkout', () => {
    const root = join(import.meta.dirname, '../..');
    expect(realpathSync(join(root, 'node_modules/.bin/clawcierge'))).toBe(
      realpathSync(join(root, 'cli/bin/clawcierge.js')),
    );
  });

  it.each([
    [['doctor', '--url', 'nowhere'], 4],
    [['mcp', 'a.b', '--url', 'nowhere'], 2],
    [['send', 'a.b', 'c', '--url', 'nowhere'], 2],
    [['bridge', 'command', '--contract', 'nowhere', '--', 'true'], 2],
  ])('finds what %j works with', async (args, exit) => {
    const child = runNode([inPackage('bin/clawcierge.js'), ...args], { env: { CLAWCIERGE_KEY: 'clw_sender_x' } });
    expect(await child.ended(), child.stderr()).toBe(exit);
    expect(child.stderr()).not.toMatch(/ERR_MODULE|Cannot find/);
  });
});
