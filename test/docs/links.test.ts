import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'agent-sdk/README.md',
  'agent-sdk-python/README.md',
  'bench/README.md',
  'schema/agent-protocol.md',
  'schema/mcp.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

describe('the documentation', () => {
  it.each(PAGES)('leads from %s only to what is there', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const lost = [...text.matchAll(LINK)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)));
    expect(lost).toEqual([]);
  });

  it.each(PAGES)('has no mark of a merge that was left half done in %s', (page) => {
    expect(readFileSync(join(ROOT, page), 'utf8')).not.toMatch(/^(<{7}|={7}|>{7})( |$)/m);
  });

  it('says what has changed under each heading once a version', () => {
    const versions = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').split(/^## /m).slice(1);
    const headings = versions.map((version) => [...version.matchAll(/^### .*$/gm)].map(([heading]) => heading));
    expect(headings).toEqual(headings.map((of) => [...new Set(of)]));
  });

  it('lists every decision where they are kept', () => {
    const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
    const decisions = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
    expect([...index.matchAll(LINK)].map(([, target]) => target)).toEqual(decisions.sort());
  });

  it('begins with a README that is read in one sitting', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(250);
  });
});
