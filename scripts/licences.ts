// Writes docs/licences.md: the packages of others that are delivered, and under which licences. check-packages.ts holds them to it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licencesPage, PAGE } from './licences-page.ts';
import { deliveredPackages, ROOT } from './packages.ts';

writeFileSync(join(ROOT, PAGE), licencesPage(deliveredPackages()));
