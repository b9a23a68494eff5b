import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const GUIDES = join(ROOT, 'docs/guides');

/** How many steps, of a file each, an addition takes. A guide may become shorter; longer only if somebody decides so here. */
const FILES_MAX: Readonly<Record<string, number>> = {
  'add-a-stage.md': 5,
  'add-an-error.md': 2,
  'add-a-front-door.md': 8,
  'add-a-field.md': 6,
  'add-a-table.md': 6,
};

const guides = readdirSync(GUIDES).filter((name) => name.startsWith('add-'));

/** The longest of a guide's numbered lists. */
function stepsOf(guide: string): number {
  const numbers = [...readFileSync(join(GUIDES, guide), 'utf8').matchAll(/^(\d+)\. /gm)].map(([, number]) =>
    Number(number),
  );
  return Math.max(0, ...numbers);
}

/** The files and folders that a guide names; where a part of the path is the reader's to choose, what is above that. */
const pathsIn = (guide: string): readonly string[] =>
  [
    ...readFileSync(join(GUIDES, guide), 'utf8').matchAll(
      /`((?:src|test|docs|schema|agent-sdk|admin-ui|scripts)\/[^`\s]*|\.env\.example)`/g,
    ),
  ].map(([, path = '']) => path.replace(/[^/]*(<|NNNN).*$/, ''));

describe('the guides', () => {
  it('are ones whose lists are held here', () => {
    expect(Object.keys(FILES_MAX).toSorted()).toEqual(guides.toSorted());
  });

  it.each(guides)('%s has no more steps than an addition may take, and names no file that is not there', (guide) => {
    expect(stepsOf(guide)).toBeGreaterThan(0);
    expect(stepsOf(guide)).toBeLessThanOrEqual(FILES_MAX[guide] ?? 0);
    expect(pathsIn(guide)).not.toEqual([]);
    expect(pathsIn(guide).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('are all on the page that lists them', () => {
    const page = readFileSync(join(GUIDES, 'README.md'), 'utf8');
    for (const guide of guides) expect(page).toContain(`](${guide})`);
  });
});
