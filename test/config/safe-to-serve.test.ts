import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { refuseUnsafe, unsafeSettings } from '../../src/safe-to-serve.ts';

/** What a start with these settings is refused with; null where it is not. */
function refusalOf(settings: Readonly<Record<string, string>>): string | null {
  try {
    refuseUnsafe(readConfig(settings));
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

describe('the administrator’s password', () => {
  const refusal = (ADMIN_PASSWORD: string) => refusalOf({ APP_ENV: 'production', ADMIN_PASSWORD });

  it.each([
    'admin',
    'hunter2',
    'admin-admin-admin',
    'clawcierge-2026',
    'Clawcierge!Admin1',
    'P@ssw0rd-P@ssw0rd',
    'changeme-changeme',
    'administrator1',
    '123456789012',
    'qwertyuiop[]12',
    'abcdefghijkl123',
    'aaaaaaaaaaaaaaaa',
    'abababababababab',
    `Zq8${'v1-Kd'.repeat(250)}`,
  ])('%s is refused in production, in one line that does not tell it', (password) => {
    const message = refusal(password);
    expect(message).toMatch(/^ADMIN_PASSWORD is too weak for production: [^\n]+$/);
    expect(message?.slice('ADMIN_PASSWORD'.length).toLowerCase()).not.toContain(password.toLowerCase().slice(0, 40));
  });

  it.each([
    'for the test',
    'correct horse battery staple',
    '0f9c1d77b2a84e5566d0aa31',
    'h3Y-ks_92mQpL0xZ',
    'Straßenbahn um acht',
    'der admin isst gerne pizza',
  ])('%s is taken', (password) => {
    expect(refusal(password)).toBeNull();
  });

  it('says how many characters lack', () => {
    expect(refusal('hunter2')).toContain('at least 12 characters and has 7');
  });

  it('is taken in development, with a warning, and may be left out', () => {
    const weak = { ADMIN_PASSWORD: 'conformance' };
    expect(refusalOf(weak)).toBeNull();
    expect(unsafeSettings(readConfig(weak))).toEqual([
      { setting: 'ADMIN_PASSWORD', reason: expect.stringContaining('at least 12 characters and has 11') },
    ]);
    expect(unsafeSettings(readConfig({}))).toEqual([]);
    expect(refusalOf({ APP_ENV: 'production' })).toBeNull();
  });
});

describe('an address that other machines reach', () => {
  const HTTPS = 'https://claw.example';

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('is not %s, where anything may be set', (HOST) => {
    expect(refusalOf({ HOST })).toBeNull();
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', '::ffff:10.0.0.1', 'node.example', '128.0.0.1'])(
    'is %s, where production behind TLS may listen',
    (HOST) => {
      expect(refusalOf({ HOST, APP_ENV: 'production', PUBLIC_URL: HTTPS })).toBeNull();
      expect(refusalOf({ HOST, PUBLIC_URL: HTTPS })).toMatch(/^HOST is .* APP_ENV is development[^\n]*$/);
      expect(refusalOf({ HOST, APP_ENV: 'test', PUBLIC_URL: HTTPS })).toContain('APP_ENV is test');
      expect(refusalOf({ HOST, APP_ENV: 'production' })).toMatch(/^HOST is .* PUBLIC_URL is not set[^\n]*$/);
      expect(refusalOf({ HOST, APP_ENV: 'production', PUBLIC_URL: 'http://claw.example' })).toContain(
        'PUBLIC_URL is no https:// address',
      );
    },
  );

  it('is listened at all the same with the operator’s consent, which a start tells', () => {
    const settings = { HOST: '0.0.0.0', I_KNOW_THIS_IS_OPEN: 'true' };
    expect(refusalOf(settings)).toBeNull();
    expect(unsafeSettings(readConfig(settings))).toEqual([
      {
        setting: 'I_KNOW_THIS_IS_OPEN',
        reason: expect.stringMatching(/APP_ENV is development.*PUBLIC_URL is not set/),
      },
    ]);
    expect(refusalOf({ ...settings, I_KNOW_THIS_IS_OPEN: 'false' })).toContain('set I_KNOW_THIS_IS_OPEN=true');
  });
});

describe('whom to tell of a vulnerability', () => {
  const OPEN = { APP_ENV: 'production', HOST: '0.0.0.0', PUBLIC_URL: 'https://claw.example' };

  it('is what a start in production misses where others reach it', () => {
    expect(unsafeSettings(readConfig(OPEN))).toEqual([
      { setting: 'SECURITY_CONTACT', reason: expect.stringContaining('/.well-known/security.txt') },
    ]);
    expect(unsafeSettings(readConfig({ ...OPEN, SECURITY_CONTACT: 'mailto:security@claw.example' }))).toEqual([]);
    expect(unsafeSettings(readConfig({ APP_ENV: 'production' }))).toEqual([]);
  });

  it.each([
    'security@claw.example',
    'http://claw.example/report',
    'mailto:a b@claw.example',
    'mailto:a@claw.example\nExpires: 2099-01-01T00:00:00Z',
    'javascript:alert(1)',
  ])('is no %j', (SECURITY_CONTACT) => {
    expect(() => readConfig({ SECURITY_CONTACT })).toThrow(
      /^SECURITY_CONTACT must be addresses that begin with mailto:/,
    );
  });
});
