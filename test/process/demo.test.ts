import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

it('the demo shows every step and ends with 0', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [DEMO], {
    timeout: 60_000,
  });
  expect(stdout).toContain('All 19 steps went as they should.');
  expect(stdout).not.toContain('✘');
  expect(stderr).toBe('');
}, 60_000);
