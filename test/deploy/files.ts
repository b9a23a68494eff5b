import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file of the repository. */
export const textOf = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** Where it is. */
export const pathOf = (path: string): string => `${ROOT}${path}`;

/** The files that the pattern names, from the root of the repository. */
export const filesOf = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT }).sort();

/** What a YAML file holds, with anchors and merge keys resolved. Throws where it is no YAML. */
export function yamlOf(path: string): readonly unknown[] {
  return parseAllDocuments(textOf(path), { merge: true }).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as unknown;
  });
}

/** Every setting that docs/settings.md lists. */
export const settings = (): ReadonlySet<string> =>
  new Set([...textOf('docs/settings.md').matchAll(/^\| `([A-Z][A-Z0-9_]*)`/gm)].map(([, name]) => name as string));
