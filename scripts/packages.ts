import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** A package as package-lock.json has it. */
export type Locked = {
  /** Its own, where we call it otherwise. */
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

export type Package = { readonly path: string; readonly name: string; readonly locked: Locked };

/** What browsers get of us: their packages are built into one file each, and are no dependencies of the server. */
const BUNDLED = ['admin-ui', 'playground'];
const MODULES = 'node_modules/';

const { packages: lock } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf(MODULES) + MODULES.length);

/** Every package of others in the lockfile, by where it lies. */
export const lockedPackages: readonly Package[] = Object.entries(lock)
  .filter(([path, { link }]) => path.includes(MODULES) && !link)
  .map(([path, locked]) => ({ path, name: locked.name ?? nameOf(path), locked }));

/** Those that are delivered: what runs in production, and what is built into the pages, with all that they need. */
export function deliveredPackages(): readonly Package[] {
  const bundled = new Set<string>();
  for (const workspace of BUNDLED) {
    for (const name of importedBy(join(ROOT, workspace, 'src'))) addWith(bundled, resolved(workspace, name));
  }
  return lockedPackages.filter(({ path, locked }) => !locked.dev || bundled.has(path));
}

/** Where a package finds another, as Node looks for it; null where it is not installed, as some are that are optional. */
function resolved(from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = folder === '' ? MODULES + name : `${folder}/${MODULES}${name}`;
    if (path in lock) return path;
    if (folder === '') return null;
  }
}

function addWith(found: Set<string>, path: string | null): void {
  if (path === null || found.has(path)) return;
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {}, link } = lock[path] ?? {};
  if (!link) found.add(path);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    if (!peerDependenciesMeta[name]?.optional) addWith(found, resolved(path, name));
  }
}

/** What stands behind `from`, `import` and `import(`, but for types, our own files, and what Node has. */
const IMPORTS = /^(?:import|export)(?! type )[^'"]*?['"]([^'".][^'"]*)['"]|\bimport\(\s*['"]([^'".][^'"]*)['"]/gm;

/** The packages that sources and styles import, without what is imported for its types alone. */
function importedBy(folder: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(tsx?|css)$/.test(file)) continue;
    for (const [, stated, later] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORTS)) {
      const specifier = stated ?? later ?? '';
      const [scope = '', name = ''] = specifier.split('/');
      if (!specifier.startsWith('node:') && !builtinModules.includes(scope)) {
        names.add(scope.startsWith('@') ? `${scope}/${name}` : scope);
      }
    }
  }
  return names;
}
