import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

const versionOf = (node: string): string => {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};

/** A Node 20 of this machine: the one that NODE_20 names, or the first on the PATH that is no package's. */
export function findNode20(): string | undefined {
  const { NODE_20, PATH = '' } = process.env;
  const onPath = PATH.split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'));
  return [...(NODE_20 ? [NODE_20] : []), ...onPath].find((node) => versionOf(node).startsWith('v20.'));
}
