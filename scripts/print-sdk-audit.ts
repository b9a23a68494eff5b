import { readFileSync, writeFileSync } from 'node:fs';

// Whoever checks the audit trail does it with the code that seals it. The SDK is a package of its own and imports nothing of the
// platform, so it has its own print of it; and it runs on releases of Node that have no `hash`.

const IMPORT = /^import \{ (?<names>[^}]*) \} from 'node:crypto';$/m;

for (const name of ['merkle', 'signed-note']) {
  const source = readFileSync(new URL(`../src/domain/${name}.ts`, import.meta.url), 'utf8');
  const names = IMPORT.exec(source)?.groups?.names?.split(', ');
  if (!names?.includes('hash') || /^import .* from '\.{1,2}\//m.test(source)) {
    throw new Error(
      `src/domain/${name}.ts, which the SDK has too, may import from node:crypto alone, and hash among it.`,
    );
  }
  const others = names.filter((each) => each !== 'hash');
  const imports = [
    ...(others.length === 0 ? [] : [`import { ${others.join(', ')} } from 'node:crypto';`]),
    `import { hash } from '../hash.ts';`,
  ];
  const printed = source.replace(IMPORT, imports.join('\n'));
  writeFileSync(
    new URL(`../agent-sdk/src/generated/${name}.ts`, import.meta.url),
    `// Printed from src/domain/${name}.ts by \`npm run generate\`. Do not edit.\n${printed}`,
  );
}
