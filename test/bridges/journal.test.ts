import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Journal } from '../../cli/src/bridge/journal.ts';

function fileForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'agent.begun');
}

async function journalIn(file: string, maxBytes?: number): Promise<Journal> {
  const journal = new Journal(file, maxBytes);
  await journal.open();
  return journal;
}

it('knows what was begun, by whichever bridge, and nothing else', async () => {
  const file = fileForTest();
  await (await journalIn(file)).begin('one');
  const [next, beside] = [await journalIn(file), await journalIn(file)];
  await Promise.all([next.begin('two'), next.begin('three'), beside.begin('four')]);
  const known = await Promise.all(['one', 'two', 'three', 'four', 'on', 'five'].map((id) => next.has(id)));
  expect(known).toEqual([true, true, true, true, false, false]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('passes over a line that was cut off in the middle', async () => {
  const file = fileForTest();
  await journalIn(file);
  writeFileSync(file, '\none 2026-11-29T12:00:00.000Z\ntw');
  const journal = await journalIn(file);
  await journal.begin('three');
  expect(await Promise.all(['one', 'two', 'three'].map((id) => journal.has(id)))).toEqual([true, false, true]);
});

it('stays as small as it is bound to be, and forgets the oldest first', async () => {
  const file = fileForTest();
  const maxBytes = 4_000;
  const [journal, beside] = [await journalIn(file, maxBytes), await journalIn(file, maxBytes)];
  for (let count = 1; count <= 300; count += 1) await (count % 2 ? journal : beside).begin(`request-${count}`);
  const files = readdirSync(join(file, '..'));
  expect(files.sort()).toEqual(['agent.begun', 'agent.begun.old']);
  const bytes = files.map((name) => statSync(join(file, '..', name)).size);
  expect(Math.max(...bytes)).toBeLessThan(maxBytes / 2 + 100);
  expect(await journal.has('request-1')).toBe(false);
  for (let count = 270; count <= 300; count += 1) expect(await beside.has(`request-${count}`)).toBe(true);
});

it('removes what is older than any request may become', async () => {
  const file = fileForTest();
  await (await journalIn(file)).begin('one');
  const longAgo = new Date(Date.now() - 32 * 24 * 60 * 60 * 1_000);
  utimesSync(file, longAgo, longAgo);
  expect(await (await journalIn(file)).has('one')).toBe(false);
});

it('throws where it cannot be written, rather than to let something begin unwritten', async () => {
  const file = fileForTest();
  const journal = await journalIn(file);
  rmSync(file);
  rmSync(join(file, '..'), { recursive: true });
  await expect(journal.begin('one')).rejects.toThrow('ENOENT');
});
