import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
/** One folder below the root, as the sources are: what they find by their own address, they find from here, too. */
export const BUILD = 'dist';
/** Says what the build was made of. */
export const FINGERPRINT = 'made-of';
/** Where Node keeps what V8 compiled of the build, for this version of Node and this user. Nobody else writes there. */
export const COMPILED = join(ROOT, BUILD, 'compiled');

/** What the build is made of: our sources, the versions of the packages, and how it is built. */
export const MADE_OF = [
  'src',
  'package.json',
  'package-lock.json',
  'scripts/build-server.ts',
  'scripts/server-build.js',
];

/** A digest of all that the build is made of, by content: neither a checkout nor a copy keeps the times of files. */
export function fingerprint(root = ROOT) {
  const files = MADE_OF.flatMap((path) =>
    path === 'src'
      ? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' }).map((file) => `src/${file}`)
      : path,
  ).filter((path) => /\.\w+$/.test(path));
  const hash = createHash('sha256');
  for (const path of files.sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * A program as it was built, if that was made of exactly what is here; null where there is none, or an older one.
 * @returns {string | null}
 */
export function currentBuild(root = ROOT, program = 'main') {
  const madeOf = join(root, BUILD, FINGERPRINT);
  return existsSync(madeOf) && readFileSync(madeOf, 'utf8') === fingerprint(root)
    ? join(root, BUILD, `${program}.js`)
    : null;
}
