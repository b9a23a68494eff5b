// The server: as it was built, if that was made of exactly these sources, or else from the sources, which takes longer.
import { pathToFileURL } from 'node:url';
import { currentBuild } from './server-build.ts';

const built = currentBuild();
await (built === null ? import('../src/main.ts') : import(pathToFileURL(built).href));
