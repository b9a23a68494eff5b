import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BUILD, currentBuild, FINGERPRINT, fingerprint, MADE_OF, ROOT } from '../../scripts/server-build.js';
import { findNode20 } from '../agent-sdk/platform/node-20.ts';
import { temporaryFolder } from '../testkit/server-process.ts';

// The ORM asks for an exact version, and would bring another one beside ours: package.json says that it takes ours.
it('there is one driver of PostgreSQL, which the ORM takes, too', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  expect(Object.keys(packages).filter((path) => path.endsWith('node_modules/pg'))).toEqual(['node_modules/pg']);
});

describe('the bundle that npm start runs', () => {
  let folder = '';

  /** A checkout, and what was built in it. */
  beforeEach(() => {
    folder = temporaryFolder();
    for (const path of MADE_OF) {
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    }
    mkdirSync(join(folder, BUILD));
    writeFileSync(join(folder, BUILD, FINGERPRINT), fingerprint(folder));
  });

  it('is run where it was made of exactly what is there, wherever that is', () => {
    expect(currentBuild(folder)).toBe(join(folder, BUILD, 'main.js'));
    expect(fingerprint(folder)).toBe(fingerprint(ROOT));
  });

  it.each([
    'src/main.ts',
    'src/domain/errors.ts',
    'package.json',
    'package-lock.json',
    'scripts/build-server.ts',
    'scripts/server-build.js',
  ])('is not run once %s has changed', (path) => {
    writeFileSync(join(folder, path), ' ', { flag: 'a' });
    expect(currentBuild(folder)).toBeNull();
  });

  it('is not run once there is a file more, or one less', () => {
    writeFileSync(join(folder, 'src/another.ts'), '');
    expect(currentBuild(folder)).toBeNull();
    rmSync(join(folder, 'src/another.ts'));
    expect(currentBuild(folder)).not.toBeNull();
    rmSync(join(folder, 'src/log.ts'));
    expect(currentBuild(folder)).toBeNull();
  });

  it('is not run where its making was not finished', () => {
    rmSync(join(folder, BUILD, FINGERPRINT));
    expect(currentBuild(folder)).toBeNull();
  });
});

it('says what to set where the programs of the embedded PostgreSQL are not installed, as in the image, before it looks at any folder', () => {
  const folder = temporaryFolder();
  cpSync(join(ROOT, BUILD), join(folder, BUILD), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, BUILD, 'main.js')], {
    cwd: folder,
    env: { PORT: '0', DATA_DIR: '/dev/null/nothing' },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^The embedded PostgreSQL has no programs for this machine \(\S+ is not installed\): set DATABASE_URL to a PostgreSQL of your own, or run npm ci without --omit=optional\.$/m,
    ),
  ]);
});

// npm start brings its own Node; a service that runs the machine's may find an older one.
it.skipIf(findNode20() === undefined)('each program says which Node it needs where it is run by an older one', () => {
  for (const program of ['start', 'migrate', 'backup', 'restore']) {
    const { status, stderr } = spawnSync(findNode20() ?? '', [join(ROOT, 'scripts', `${program}.js`)], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Clawcierge runs on Node\.js 24 or newer, and .* is v20\..*\n$/),
    ]);
  }
});
