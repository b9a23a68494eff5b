import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import type { TestPlatform } from '../testkit/platform.ts';

/** Runs `npm run audit` in that folder, without npm. */
export const auditProgramIn =
  (cwd: string) =>
  async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { PATH = '', HOME = '' } = process.env;
    const script = fileURLToPath(new URL('../../scripts/audit.js', import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { cwd, env: { PATH, HOME, ...env } });
    child.stdin.end();
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const [stdout, stderr, [code]] = await within(ended, `end of audit ${args[0]}`, PROCESS_WITHIN_MS);
    return { stdout, stderr, code: code as number | null };
  };

/** The settings with which it works on the platform's database. */
export const settingsOf = ({ databaseUrl }: Pick<TestPlatform, 'databaseUrl'>) => ({
  DATABASE_URL: databaseUrl,
  APP_ENV: 'test',
});
