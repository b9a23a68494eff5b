import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adminCookie } from '../admin/admin-forms.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { runServerToItsEnd, startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

describe('a password that is generated where nobody looks on', () => {
  it('is in a file, never written over another one, and lets in; the next start makes none', async () => {
    const { url: DATABASE_URL } = await createTestDatabase();
    const DATA_DIR = temporaryFolder();
    writeFileSync(join(DATA_DIR, 'admin-password'), 'of another platform');
    const server = await startServerProcess({ DATABASE_URL, DATA_DIR, ADMIN_PASSWORD: '' });
    const file = /password: in (\S+)/.exec(server.stdout())?.[1] ?? '';
    const password = readFileSync(file, 'utf8').trim();
    expect(await adminCookie(server, password)).toMatch(/^clawcierge_admin=/);
    expect(server.output()).not.toContain(password);
    expect(readFileSync(join(DATA_DIR, 'admin-password'), 'utf8')).toBe('of another platform');
    await server.end('SIGTERM');
    const again = await startServerProcess({ DATABASE_URL, DATA_DIR, ADMIN_PASSWORD: '' });
    expect(again.stdout()).not.toContain('password');
    expect(readdirSync(DATA_DIR).filter((name) => name.startsWith('admin-password'))).toHaveLength(2);
  });

  it('is not made where it cannot be kept: the start says what to set, and the next one may make it', async () => {
    const { url: DATABASE_URL } = await createTestDatabase();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data'), 'no folder');
    const refused = await runServerToItsEnd({
      APP_ENV: 'production',
      DATABASE_URL,
      DATA_DIR: join(folder, 'data'),
      ADMIN_PASSWORD: '',
    });
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^Configuration: ADMIN_PASSWORD is not set[^\n]*EEXIST[^\n]*DATA_DIR[^\n]*$/m);
    mkdirSync(join(folder, 'elsewhere'));
    await startServerProcess({ DATABASE_URL, DATA_DIR: join(folder, 'elsewhere'), ADMIN_PASSWORD: '' });
    expect(existsSync(join(folder, 'elsewhere', 'admin-password'))).toBe(true);
  });
});
