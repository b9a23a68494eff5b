// Bundles the server and its packages into dist/: reading 1,600 modules takes most of a start (docs/decisions/0034).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { BUILD, FINGERPRINT, fingerprint, ROOT } from './server-build.js';

/**
 * One character beyond Latin-1 doubles what the text of a file takes in memory, which V8 keeps: 7 MiB of all. So these
 * are written as escapes, as strings, templates, regular expressions and names take them; a backslash before one means nothing.
 */
const inAscii = (text: string): string =>
  text.replaceAll(/(\\*)([^\0-\x7f])/g, (_, slashes: string, character: string) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `${slashes.slice(slashes.length % 2)}\\u${code}`;
  });

/** Writes programs into `dist/`, which share what they have in common. */
async function build(input: Readonly<Record<string, string>>, { cleanDir }: { readonly cleanDir: boolean }) {
  const bundle = await rolldown({
    cwd: ROOT,
    input: { ...input },
    platform: 'node',
    // They are loaded only when they are needed; the first two read files of their own package.
    external: ['@scalar/fastify-api-reference', 'ioredis', '@simplewebauthn/server'],
    plugins: [
      {
        name: 'in ascii',
        generateBundle: (_, files) => {
          for (const file of Object.values(files)) if (file.type === 'chunk') file.code = inAscii(file.code);
        },
      },
    ],
  });
  // Readable, with the names of functions and modules, for the stacks in the log.
  await bundle.write({
    dir: BUILD,
    format: 'esm',
    cleanDir,
    comments: false,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
}

const madeOf = fingerprint();
await build({ main: 'src/main.ts', 'contract-worker': 'src/isolate/contract-worker.ts' }, { cleanDir: true });
// By itself, so that the server's file is one, and holds nothing of these.
await build(
  { migrate: 'src/migrate.ts', backup: 'src/backup.ts', restore: 'src/restore.ts', audit: 'src/audit.ts' },
  { cleanDir: false },
);
// Last, so that what was not finished is not used.
writeFileSync(join(ROOT, BUILD, FINGERPRINT), madeOf);
// A start that ends at once, at a setting that is refused: Node then keeps what V8 compiled. It is bound to V8's flags.
spawnSync(process.execPath, ['--max-semi-space-size=16', 'scripts/start.js'], {
  cwd: ROOT,
  env: { ...process.env, PORT: 'none' },
  timeout: 30_000,
});
