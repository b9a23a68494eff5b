import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** What each layer may import of ours, besides itself. Folders are named by their path below `src/`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  enforcement: ['domain'],
  application: ['domain'],
  postgres: [],
  storage: ['domain', 'application/ports', 'postgres'],
  bus: ['domain', 'application/ports', 'postgres'],
  limits: ['domain', 'application/ports'],
  isolate: ['domain', 'enforcement'],
  outbound: ['domain', 'application/ports'],
  mail: ['domain', 'application/ports'],
  metrics: ['domain', 'application/ports'],
  tracing: ['domain', 'application/ports'],
  transport: ['domain', 'application'],
};

/** Transports never import each other; what several of them need stands beside them. */
const TRANSPORTS = ['graphql', 'rest', 'websocket', 'admin', 'approvals', 'mcp'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** The modules of ours that a file imports, by their path below `src/`. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(IMPORT)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(SRC, resolve(dirname(join(SRC, file)), specifier)));
}

const layerOf = (path: string) => path.split('/')[0] ?? '';
const isIn = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

describe('the layers', () => {
  it('finds the files that it is about', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(importsOf('compose.ts')).toContain('application/application.ts');
  });

  for (const [layer, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${layer}/ imports only ${[layer, ...allowed].join(', ')}`, () => {
      const forbidden = files
        .filter((file) => layerOf(file) === layer)
        .flatMap((file) => importsOf(file).map((imported) => ({ file, imported })))
        .filter(({ imported }) => ![layer, ...allowed].some((folder) => isIn(imported, folder)));
      expect(forbidden).toEqual([]);
    });
  }

  it('transports never import each other', () => {
    const forbidden = TRANSPORTS.flatMap((own) =>
      files
        .filter((file) => isIn(file, `transport/${own}`))
        .flatMap((file) => importsOf(file).map((imported) => ({ file, imported })))
        .filter(({ imported }) => TRANSPORTS.some((other) => other !== own && isIn(imported, `transport/${other}`))),
    );
    expect(forbidden).toEqual([]);
  });

  it('only compose.ts, what it chooses from and the programs construct adapters', () => {
    const adapters = ['storage', 'bus', 'limits', 'isolate', 'postgres', 'metrics', 'outbound', 'mail'];
    const users = files.filter(
      (file) =>
        !adapters.includes(layerOf(file)) && importsOf(file).some((imported) => adapters.includes(layerOf(imported))),
    );
    expect(users.sort()).toEqual([
      'audit-work.ts',
      'backup.ts',
      'chosen-adapters.ts',
      'compose.ts',
      'data-program.ts',
      'main.ts',
      'migrate.ts',
      'restore.ts',
    ]);
  });

  it('only environment.ts reads settings from the environment', () => {
    // These hand the environment on to the programs of the embedded database.
    const passOn = ['storage/embedded/cluster.ts', 'storage/embedded/server-process.ts'];
    const readers = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes('process.env'));
    expect(readers.sort()).toEqual(['environment.ts', ...passOn]);
  });
});
