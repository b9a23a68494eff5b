// One of the platform's programs: as it was built, if that was made of exactly these sources, or else from the sources,
// which takes longer. This and what it imports is JavaScript: to strip types Node loads 19 MiB, and keeps them.
import nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { COMPILED, currentBuild, ROOT } from './server-build.js';

/** What `npm start` brings; a service or an image that runs `node` itself has its own. */
const NODE_MAJOR = 24;

/** @param {string} program the name of its file below `src/` */
export async function runProgram(program) {
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR) {
    console.error(
      `Clawcierge runs on Node.js ${NODE_MAJOR} or newer, and ${process.execPath} is ${process.version}. Put a newer one ` +
        'first on the PATH, or start it with npm, which brings one.',
    );
    process.exitCode = 1;
    return;
  }
  const built = currentBuild(ROOT, program);
  if (built !== null) nodeModule.enableCompileCache(COMPILED);
  await (built === null ? import(`../src/${program}.ts`) : import(pathToFileURL(built).href));
}
