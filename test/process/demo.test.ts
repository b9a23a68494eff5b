import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { PROCESS_WITHIN_MS } from '../testkit/eventually.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

it('the demo shows every step and ends with 0', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [DEMO], {
    timeout: PROCESS_WITHIN_MS,
  });
  expect(stdout).toContain('All 19 steps went as they should.');
  expect(stdout).not.toContain('✘');
  expect(stderr).toBe('');
});
