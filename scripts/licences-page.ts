import type { Package } from './packages.ts';

export const PAGE = 'docs/licences.md';

/** Licences that let whoever has a copy of the platform pass it on with nothing but their texts. */
const ALLOWED = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'ISC',
    'MIT',
    'MIT-0',
    'Unlicense',
  ],
  ...['PSF-2.0', 'Python-2.0', 'Zlib'],
]);

/** Whether a package may be delivered under it: an expression of SPDX, of whose choices one is enough. */
export function isAllowed(licence: string): boolean {
  const tokens = licence.match(/\(|\)|[^\s()]+/g) ?? [];
  const isMet = (): boolean => {
    let any = all();
    while (tokens[0] === 'OR') {
      tokens.shift();
      any = all() || any;
    }
    return any;
  };
  const all = (): boolean => {
    let every = one();
    while (tokens[0] === 'AND') {
      tokens.shift();
      every = one() && every;
    }
    return every;
  };
  const one = (): boolean => {
    const token = tokens.shift();
    if (token !== '(') return token !== undefined && ALLOWED.has(token);
    const inner = isMet();
    return tokens.shift() === ')' && inner;
  };
  return isMet() && tokens.length === 0;
}

/** What is wrong with the licences of what is delivered, a line each. */
export const licenceProblems = (delivered: readonly Package[]): readonly string[] =>
  delivered
    .filter(({ locked: { license = '' } }) => !isAllowed(license))
    .map(
      ({ path, locked: { license, version } }) =>
        `${path} ${version} is delivered, and its licence is ${license ?? 'not said'}: allowed are ${[...ALLOWED].join(', ')}. ` +
        'Use another package; or, if whoever answers for this has agreed, add the licence to scripts/licences-page.ts.',
    );

/** docs/licences.md as it must be. */
export function licencesPage(delivered: readonly Package[]): string {
  const rows = new Set(
    delivered.map(({ name, locked: { version = '', license = '' } }) => `| ${name} | ${version} | ${license} |`),
  );
  return `# Licences

Clawcierge is under the [MIT licence](../LICENSE). These packages of others are delivered with it: what the server, the SDK and the
command line need in production, and what is built into the console and GraphiQL. Their texts lie in their folders below
\`node_modules\`. \`npm run licences\` writes this page, and \`npm run check\` holds it to the lockfile.

| Package | Version | Licence |
| --- | --- | --- |
${[...rows].sort().join('\n')}
`;
}
