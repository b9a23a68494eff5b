// Fails where a package of others may not be delivered, would run a script that nobody has read, or has no checksum.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installScriptProblems } from './install-scripts.ts';
import { licenceProblems, licencesPage, PAGE } from './licences-page.ts';
import { deliveredPackages, lockedPackages, ROOT } from './packages.ts';

const delivered = deliveredPackages();
const problems = [
  ...licenceProblems(delivered),
  ...installScriptProblems(lockedPackages),
  ...lockedPackages
    .filter(({ locked }) => locked.integrity === undefined)
    .map(({ path }) => `${path} has no checksum in package-lock.json: install it from the registry.`),
  ...(readFileSync(join(ROOT, PAGE), 'utf8') === licencesPage(delivered)
    ? []
    : [`${PAGE} is not what is delivered any more: run \`npm run licences\` and commit it.`]),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(
  `${delivered.length} packages are delivered; all ${lockedPackages.length} have checksums, and no script but those named.`,
);
