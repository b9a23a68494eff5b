import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Brotli's best takes a minute for a few megabytes, and wins 5 %. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Writes each asset compressed beside it, so that the platform never compresses one while somebody waits. */
export const compressedAssets = (): Plugin => ({
  name: 'compressed-assets',
  apply: 'build',
  writeBundle({ dir = 'dist' }) {
    for (const name of readdirSync(join(dir, 'assets'))) {
      const file = join(dir, 'assets', name);
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content, BROTLI));
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    }
  },
});
