// One of the platform's programs: as it was built, if that was made of exactly these sources, or else from the sources,
// which takes longer. This and what it imports is JavaScript: to strip types Node loads 19 MiB, and keeps them.
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { COMPILED, currentBuild, ROOT } from './server-build.js';

/** @param {string} program the name of its file below `src/` */
export async function runProgram(program) {
  const built = currentBuild(ROOT, program);
  if (built !== null) enableCompileCache(COMPILED);
  await (built === null ? import(`../src/${program}.ts`) : import(pathToFileURL(built).href));
}
