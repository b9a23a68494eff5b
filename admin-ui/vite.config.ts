import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where a platform runs that `npm run dev` talks to. */
const PLATFORM = 'http://127.0.0.1:8000';

/** Writes each asset compressed beside it, so that the platform never compresses one while somebody waits. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir = 'dist' }) {
    for (const name of readdirSync(join(dir, 'assets'))) {
      const file = join(dir, 'assets', name);
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content));
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    }
  },
});

export default defineConfig({
  base: '/admin/',
  plugins: [react(), compressed()],
  build: {
    target: 'es2023',
    // The first ones that know light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The strict Content-Security-Policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/graphql': { target: PLATFORM, ws: true }, '/admin/log': PLATFORM } },
});
