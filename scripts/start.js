// The server: as it was built, if that was made of exactly these sources, or else from the sources, which takes longer.
// This and what it imports is JavaScript: to strip types Node loads 19 MiB, and keeps them.
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { COMPILED, currentBuild } from './server-build.js';

const built = currentBuild();
if (built !== null) enableCompileCache(COMPILED);
await (built === null ? import('../src/main.ts') : import(pathToFileURL(built).href));
