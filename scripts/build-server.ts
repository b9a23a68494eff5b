// Bundles the server and its packages into dist/: reading 1,600 modules takes most of a start (docs/decisions/0034).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { BUILD, FINGERPRINT, fingerprint, ROOT } from './server-build.ts';

const madeOf = fingerprint();
const bundle = await rolldown({
  cwd: ROOT,
  input: { main: 'src/main.ts', 'contract-worker': 'src/isolate/contract-worker.ts' },
  platform: 'node',
  // They read files of their own package. Both are loaded only when they are needed.
  external: ['@scalar/fastify-api-reference', 'ioredis'],
});
// Readable, with the names of functions and modules, for the stacks in the log.
await bundle.write({
  dir: BUILD,
  format: 'esm',
  cleanDir: true,
  comments: false,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
// Last, so that what was not finished is not used.
writeFileSync(join(ROOT, BUILD, FINGERPRINT), madeOf);
