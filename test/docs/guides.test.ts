import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const GUIDES = join(ROOT, 'docs/guides');

/** How many files each addition touches. A guide may become shorter; longer only if somebody decides so here. */
const FILES_MAX: Readonly<Record<string, number>> = {
  'add-a-stage.md': 5,
  'add-an-error.md': 2,
  'add-a-front-door.md': 8,
  'add-a-field.md': 7,
  'add-a-table.md': 7,
};

const guides = readdirSync(GUIDES).filter((name) => name.startsWith('add-'));

/** The numbered lines below "## Files". */
function filesOf(guide: string): readonly string[] {
  const text = readFileSync(join(GUIDES, guide), 'utf8');
  const section = /\n## Files\n([\s\S]*?)(?=\n## |$)/.exec(text)?.[1] ?? '';
  return section.split('\n').filter((line) => /^\d+\. /.test(line));
}

const named = (text: string) =>
  [...text.matchAll(/`((?:src|test|docs|schema|agent-sdk|admin-ui|scripts)\/[^`\s]*|\.env\.example)`/g)].map(
    ([, path = '']) => path,
  );

describe('the guides', () => {
  it('are ones whose lists are held here', () => {
    expect(Object.keys(FILES_MAX)).toEqual(expect.arrayContaining(guides));
  });

  it.each(guides)('%s names no more files than an addition may touch, and none that is not there', (guide) => {
    const files = filesOf(guide);
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(FILES_MAX[guide] ?? 0);
    for (const line of files) expect(named(line), line).not.toEqual([]);
    const lost = named(readFileSync(join(GUIDES, guide), 'utf8')).filter((path) => !existsSync(join(ROOT, path)));
    expect(lost).toEqual([]);
  });

  it('are all on the page that lists them', () => {
    const page = readFileSync(join(GUIDES, 'README.md'), 'utf8');
    for (const guide of guides) expect(page).toContain(`](${guide})`);
  });
});
