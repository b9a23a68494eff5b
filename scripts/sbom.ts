// Writes sbom/production.cdx.json and sbom/all.cdx.json: CycloneDX documents of the lockfile, by npm, the same whenever they are made of it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveredPackages, lockedPackages, ROOT } from './packages.ts';

type Component = {
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
};
type Bom = {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly metadata: Readonly<Record<string, unknown>> & { readonly component: object };
};

const FOLDER = join(ROOT, 'sbom');
const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Component;

const whole = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 256 * 1_024 * 1_024,
  }),
) as Bom;
const ours = new Set(whole.components.filter(isOurs).map((each) => each['bom-ref']));
const refsOf = (packages: typeof lockedPackages) =>
  new Set(packages.map((each) => `${each.name}@${each.locked.version}`));

mkdirSync(FOLDER, { recursive: true });
write('all', refsOf(lockedPackages));
write('production', refsOf(deliveredPackages()));

/** Workspaces have no checksum, since they are here. */
function isOurs(component: object): boolean {
  return !('hashes' in component);
}

/** The document of these packages and our own, in one order, named by what is in it. */
function write(kind: string, refs: ReadonlySet<string>): void {
  const isIn = (ref: string) => refs.has(ref) || ours.has(ref) || ref === `${name}@${version}`;
  const components = whole.components.filter((each) => isIn(each['bom-ref']));
  const missing = [...refs].filter((ref) => !components.some((each) => each['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom leaves out ${missing.join(', ')}`);
  // When it was made is no part of it, unless whoever builds says when that is (https://reproducible-builds.org).
  const { timestamp: _, ...metadata } = whole.metadata;
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const content = {
    metadata: {
      ...(epoch !== undefined && { timestamp: new Date(Number(epoch) * 1_000).toISOString() }),
      ...metadata,
      component: { ...metadata.component, name },
    },
    components: components.toSorted(byText((each) => each['bom-ref'])),
    dependencies: whole.dependencies
      .filter(({ ref }) => isIn(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isIn).toSorted() }))
      .toSorted(byText(({ ref }) => ref)),
  };
  const bom = { ...whole, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`, ...content };
  const file = join(FOLDER, `${kind}.cdx.json`);
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
  console.log(`${file}: ${components.length} components`);
}

function byText<Item>(textOf: (item: Item) => string) {
  return (one: Item, other: Item) => (textOf(one) < textOf(other) ? -1 : 1);
}

/** An id of what it is made of (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
