import { describe, expect, it } from 'vitest';
import { INSTALL_SCRIPTS, installScriptProblems } from '../../scripts/install-scripts.ts';
import { isAllowed, licenceProblems } from '../../scripts/licences-page.ts';
import { deliveredPackages, lockedPackages } from '../../scripts/packages.ts';

describe('packages of others', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['Apache-2.0 AND BSD-3-Clause', true],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT AND (GPL-3.0-only OR ISC))', true],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN x', false],
    ['', false],
  ])('under %j are delivered: %j', (licence, allowed) => {
    expect(isAllowed(licence)).toBe(allowed);
  });

  it('that are built into the pages count as delivered, and what builds them does not', () => {
    const names = deliveredPackages().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['fastify', 'react-dom', '@mantine/core', 'graphiql', 'commander']));
    expect(names).not.toEqual(expect.arrayContaining(['vite']));
    expect(names).not.toContain('vitest');
  });

  it('that may not be delivered, or would run a script that nobody has read, are told with what to do', () => {
    const stranger = {
      path: 'node_modules/x',
      name: 'x',
      locked: { version: '1.0.0', license: 'AGPL-3.0-only', hasInstallScript: true },
    };
    expect(licenceProblems([stranger])).toEqual([expect.stringMatching(/^node_modules\/x 1\.0\.0 .* AGPL-3\.0-only/)]);
    expect(installScriptProblems([...lockedPackages, stranger])).toEqual([
      expect.stringMatching(/^x would run a script/),
    ]);
    expect(installScriptProblems(lockedPackages)).toEqual([]);
    expect(Object.values(INSTALL_SCRIPTS).every(({ why }) => why.length > 10)).toBe(true);
  });
});
