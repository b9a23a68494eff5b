import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../testkit/postgres.ts';
import { runServerToItsEnd, startServerProcess } from '../testkit/server-process.ts';

describe('a start with unsafe settings', () => {
  it('is refused in production where the administrator’s password could be guessed', async () => {
    const { code, output } = await runServerToItsEnd({ APP_ENV: 'production', ADMIN_PASSWORD: 'clawcierge-2026' });
    expect(code).toBe(1);
    expect(output).toMatch(/^Configuration: ADMIN_PASSWORD is too weak for production: [^\n]+\n$/);
  });

  it('is refused where other machines reach it with the limits of development', async () => {
    const { code, output } = await runServerToItsEnd({ HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(output).toMatch(
      /^Configuration: HOST is 0\.0\.0\.0, [^\n]*APP_ENV[^\n]*PUBLIC_URL[^\n]*I_KNOW_THIS_IS_OPEN=true\n$/,
    );
  });

  it('is warned of in development', async () => {
    const { url: DATABASE_URL } = await createTestDatabase();
    const server = await startServerProcess({
      DATABASE_URL,
      ADMIN_PASSWORD: 'conformance',
      HOST: '0.0.0.0',
      I_KNOW_THIS_IS_OPEN: 'true',
    });
    expect(server.stderr()).toMatch(/WARN.*a setting is unsafe.*"setting":"ADMIN_PASSWORD"/);
    expect(server.stderr()).toMatch(/WARN.*a setting is unsafe.*"setting":"I_KNOW_THIS_IS_OPEN"/);
  });
});
