import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
/** What a user of TypeScript has besides, and libraries of schemas. */
const BESIDES = ['@types/node', 'typebox', 'zod'];

const run = promisify(execFile);

/** A folder in which a packed workspace of ours is installed, with the packages that it names and no others. */
export type InstalledPackage = {
  readonly folder: string;
  /** The files of the tarball. */
  readonly files: readonly string[];
  write(name: string, text: string): string;
  /** What tsc has to say of the folder's files, its own library check included; empty when all is well. */
  typeCheck(files: readonly string[]): Promise<string>;
  remove(): void;
};

/** Where npm has put the package: beside the workspace that needs a version of its own, or beside all. */
const placeOf = (workspace: string, name: string): string => {
  const own = join(REPOSITORY, workspace, 'node_modules', name);
  return existsSync(own) ? own : join(REPOSITORY, 'node_modules', name);
};

/** A workspace's sources beside what they build on, so that building them here disturbs nobody. */
function copyOfSources(folder: string, workspace: string): string {
  const source = join(folder, 'source', workspace);
  cpSync(join(REPOSITORY, workspace), source, {
    recursive: true,
    filter: (path) => !/\/(dist|node_modules)$/.test(path),
  });
  const own = join(REPOSITORY, workspace, 'node_modules');
  if (existsSync(own)) symlinkSync(own, join(source, 'node_modules'));
  cpSync(join(REPOSITORY, 'tsconfig.json'), join(folder, 'source', 'tsconfig.json'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'source', 'node_modules'));
  return source;
}

/** Packs the SDK as it would be published, and installs it into a fresh folder. */
export const installPackedSdk = (): Promise<InstalledPackage> => installPacked('agent-sdk');

/** The same of any workspace. */
export async function installPacked(workspace: 'agent-sdk' | 'cli'): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-installed-'));
  const packed = join(folder, 'node_modules/@clawcierge', workspace);
  mkdirSync(packed, { recursive: true });
  const source = copyOfSources(folder, workspace);
  await run('npm', ['pack', '--pack-destination', folder], { cwd: source });
  const { version, dependencies } = JSON.parse(readFileSync(join(REPOSITORY, workspace, 'package.json'), 'utf8'));
  const tarball = join(folder, `clawcierge-${workspace}-${version}.tgz`);
  const { stdout } = await run('tar', ['-xvzf', tarball, '-C', packed, '--strip-components=1']);
  for (const name of [...Object.keys(dependencies), ...BESIDES]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(placeOf(workspace, name), link);
  }
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  write('package.json', '{ "type": "module" }');
  return {
    folder,
    files: stdout
      .trim()
      .split('\n')
      .map((line) => line.replace('package/', '')),
    write,
    async typeCheck(files) {
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        module: 'nodenext',
        target: 'es2023',
        types: ['node'],
        noEmit: true,
      };
      write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      const tsc = join(REPOSITORY, 'node_modules/.bin/tsc');
      return run(tsc, ['-p', folder]).then(
        () => '',
        (error: { stdout?: string }) => error.stdout ?? String(error),
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
