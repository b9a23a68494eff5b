import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../testkit/server-process.ts';
import { pathOf, settings, textOf } from './files.ts';

const UNIT = 'deploy/systemd/clawcierge.service';
const ANALYZE = '/usr/bin/systemd-analyze';

// No systemd has run the unit: it is read by systemd's own parser.
it.skipIf(!existsSync(ANALYZE))('the unit is what systemd takes, and leaves the process little to do harm with', () => {
  const run = (...options: readonly string[]) => execFileSync(ANALYZE, options, { encoding: 'utf8', stdio: 'pipe' });
  expect(run('verify', pathOf(UNIT))).toBe('');
  // Of 10; what is left is the network and its own files. Fails above 3.
  run('security', '--offline=true', '--threshold=30', pathOf(UNIT));
});

it.skipIf(!existsSync(ANALYZE))('a unit with a word that systemd does not know would be found', () => {
  const path = join(temporaryFolder(), 'clawcierge.service');
  writeFileSync(path, textOf(UNIT).replace('NoNewPrivileges', 'NoNewPrivilege'));
  const said = execFileSync('/bin/sh', ['-c', `${ANALYZE} verify ${path} 2>&1`], { encoding: 'utf8' });
  expect(said).toContain('NoNewPrivilege');
});

it('sets settings that exist, and has longer to end than it takes', () => {
  const names = [...textOf(UNIT).matchAll(/^Environment=(.*)$/gm)]
    .flatMap(([, line = '']) => line.split(' '))
    .map((each) => each.split('=')[0] as string);
  expect(names.filter((name) => name !== 'NODE_ENV' && !settings().has(name))).toEqual([]);
  expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(textOf(UNIT))?.[1])).toBeGreaterThanOrEqual(20);
});

it('a node whose database comes up late is started until it is there', () => {
  // Otherwise five refused starts, which take some seconds, are the last.
  expect(textOf(UNIT)).toMatch(/^StartLimitIntervalSec=0$/m);
});
