import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedAssets } from '../scripts/compressed-assets.ts';

/** Where a platform runs that `npm run dev` talks to. */
const PLATFORM = 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/admin/',
  plugins: [react(), compressedAssets()],
  build: {
    target: 'es2023',
    // The first ones that know light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The strict Content-Security-Policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', passkeys: 'src/login/passkeys.ts' },
      // The pages of the login name their script.
      output: {
        entryFileNames: ({ name }) => (name === 'passkeys' ? '[name].js' : 'assets/[name]-[hash].js'),
        // What four parts or more share of controls is one file: in a dozen small ones it compresses worse.
        codeSplitting: { groups: [{ name: 'controls', test: /@mantine/, minShareCount: 4 }] },
      },
    },
  },
  server: { proxy: { '/graphql': { target: PLATFORM, ws: true }, '/admin/log': PLATFORM } },
});
