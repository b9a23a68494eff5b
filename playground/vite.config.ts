import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressedAssets } from '../scripts/compressed-assets.ts';

export default defineConfig({
  base: '/graphql/',
  plugins: [react(), compressedAssets()],
  build: {
    target: 'es2023',
    // The page's Content-Security-Policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The editor is one piece.
    chunkSizeWarningLimit: 5_000,
    rolldownOptions: {
      // A directive for React's compiler, which does not run here.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
    },
  },
});
