import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** A call that writes a line: its level, whatever its fields, and its message. */
const WRITES =
  /[lL]og(?:\[level\])?\s*\.?(info|warn|error)?\(\s*(?:\{[^;]*?\}|\w+(?:\(\w*\))?),\s*(['"`])((?:(?!\2).)+)\2,?\s*\)/gis;

const written = new Map<string, Set<string>>();
for (const name of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts')) continue;
  for (const [, level, , message = ''] of readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(WRITES)) {
    const told = message.replace(/\$\{\w+\}/, '…');
    if (told !== 'statement') written.set(told, (written.get(told) ?? new Set()).add(level ?? 'info'));
  }
}

it('docs/operations/logs.md lists each event of the log, with its level, and none besides', () => {
  const page = readFileSync(join(ROOT, 'docs/operations/logs.md'), 'utf8');
  const listed = new Map(
    [...page.matchAll(/^\| `([^`]+)` \| (info|warn|error) \|/gm)].map(([, message = '', level = '']) => [
      message,
      level,
    ]),
  );
  expect(written.size).toBeGreaterThan(40);
  const ofSource = [...written].map(([message, levels]) => [message, [...levels].join()] as const);
  expect(Object.fromEntries([...listed].sort())).toEqual(Object.fromEntries(ofSource.sort()));
});
