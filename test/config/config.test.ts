import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const root = new URL('../../', import.meta.url);
const settingsIn = (path: string, pattern: RegExp) =>
  new Set([...readFileSync(new URL(path, root), 'utf8').matchAll(pattern)].map(([, name]) => name));

/** Every name that readConfig reads, those of files with secrets included. */
function everyNameRead(): Set<string> {
  const names = new Set<string>();
  readConfig(
    new Proxy({} as Record<string, string | undefined>, {
      get: (_target, name) => {
        names.add(String(name));
        return undefined;
      },
    }),
  );
  return names;
}

/** The settings whose value may be in a file that the same name with _FILE says. */
const secretNames = () =>
  [...everyNameRead()].filter((name) => name.endsWith('_FILE')).map((name) => name.slice(0, -'_FILE'.length));

const namesRead = () => new Set([...everyNameRead()].filter((name) => !name.endsWith('_FILE')));

/** A file with that text, for the test. */
function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, text);
  return file;
}

describe('the settings', () => {
  it('have the documented defaults', () => {
    expect(readConfig({})).toMatchObject({
      appEnv: 'development',
      host: '127.0.0.1',
      port: 8000,
      logLevel: 'info',
      requestExpirySeconds: 300,
      pipelineStageTimeoutSeconds: 5,
      heartbeatIntervalSeconds: 15,
      heartbeatTimeoutSeconds: 60,
      wsMaxMessageSize: 65_536,
    });
  });

  it('are all in .env.example, and nothing else is', () => {
    expect([...settingsIn('.env.example', /^([A-Z_]+)=/gm)].sort()).toEqual([...namesRead()].sort());
  });

  it('are all in docs/settings.md, and nothing else is', () => {
    expect([...settingsIn('docs/settings.md', /^\| `([A-Z_]+)` \|/gm)].sort()).toEqual([...namesRead()].sort());
  });

  it('of .env.example are the defaults', () => {
    const lines = readFileSync(new URL('.env.example', root), 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm);
    expect(readConfig(Object.fromEntries([...lines].map(([, name, value]) => [name, value])))).toEqual(readConfig({}));
  });

  it('are tighter in production, where a node drains before it stops', () => {
    const production = readConfig({ APP_ENV: 'production' });
    expect(production.introspection).toBe(false);
    expect([production.shutdownDrainSeconds, readConfig({}).shutdownDrainSeconds]).toEqual([5, 0]);
    expect(production.registrationsPerMinute).toBeLessThan(readConfig({}).registrationsPerMinute);
  });

  it.each([
    ['PORT', 'eight'],
    ['PORT', '70000'],
    ['PORT', '80.5'],
    ['REQUEST_EXPIRY_SECONDS', '0'],
    ['REQUEST_EXPIRY_SECONDS', '99999999'],
    ['APP_ENV', 'staging'],
    ['LOG_LEVEL', 'loud'],
    ['TRUST_PROXY', 'perhaps'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '33'],
    ['TRUST_PROXY', '-1'],
    ['TRUST_PROXY', '10.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['TRUST_PROXY', 'proxy.example'],
    ['HTTP_REQUEST_TIMEOUT_SECONDS', '0'],
    ['WS_MAX_MESSAGE_SIZE', '-1'],
    ['WS_HEARTBEAT_TIMEOUT_SECONDS', '5'],
    ['ENFORCEMENT_CPU_BUDGET_MS', 'NaN'],
    ['PUBLIC_URL', 'clawcierge.example'],
    ['PUBLIC_URL', 'ws://clawcierge.example'],
    ['REDIS_PREFIX', 'our platform'],
    ['REDIS_PREFIX', 'x'.repeat(65)],
    ['CHANNEL_OPEN_MAX', '63'],
    ['CHANNEL_OPEN_MAX', '100001'],
    ['METRICS_PORT', 'on'],
    ['METRICS_PORT', '8000'],
    ['METRICS_TOKEN', 'too short'],
    ['METRICS_TOKEN', 'long enough, but with spaces'],
    ['METRICS_ON_PUBLIC_PORT', 'true'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://app.example/'],
    ['CORS_ORIGINS', 'https://app.example, app.example'],
  ])('%s=%s is refused in one line that names it', (name, value) => {
    const refusal = (() => {
      try {
        readConfig({ [name]: value });
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(ConfigError);
    const { message } = refusal as ConfigError;
    expect(message).toContain(name);
    expect(message).not.toContain('\n');
  });

  it('take URLs and origins as they are', () => {
    expect(
      readConfig({
        PUBLIC_URL: 'https://clawcierge.example/',
        REDIS_URL: 'rediss://:secret@redis.example:6380/1',
        CORS_ORIGINS: 'https://app.example, http://localhost:5173',
      }),
    ).toMatchObject({
      publicUrl: 'https://clawcierge.example/',
      redisUrl: 'rediss://:secret@redis.example:6380/1',
      corsOrigins: ['https://app.example', 'http://localhost:5173'],
    });
  });

  it.each([
    ['0', false],
    ['False', false],
    ['1', 1],
    ['2', 2],
    ['127.0.0.1', ['127.0.0.1']],
    ['Loopback, 10.0.0.0/8,::1', ['loopback', '10.0.0.0/8', '::1']],
  ])('take TRUST_PROXY=%s as %j', (text, proxies) => {
    expect(readConfig({ TRUST_PROXY: text }).trustProxy).toEqual(proxies);
  });

  it('say why not every proxy can be believed', () => {
    expect(() => readConfig({ TRUST_PROXY: 'true' })).toThrow(/the number of proxies.*believes the caller/);
  });

  it('let a channel hold twice as many as may be unacked, unless told', () => {
    expect(readConfig({}).channelOpenMax).toBe(1_000);
    expect(readConfig({ CHANNEL_UNACKED_MAX: '10000' }).channelOpenMax).toBe(20_000);
    expect(() => readConfig({ CHANNEL_OPEN_MAX: '63' })).toThrow(/must not be less than CHANNEL_UNACKED_MAX \(64\)/);
  });

  it('let the metrics be read on the public port only by who has a token', () => {
    const token = 'a token of sixteen'.replaceAll(' ', '-');
    expect(readConfig({ METRICS_ON_PUBLIC_PORT: 'true', METRICS_TOKEN: token }).metricsOnPublicPort).toBe(true);
    expect(() => readConfig({ METRICS_ON_PUBLIC_PORT: 'true' })).toThrow(/METRICS_TOKEN/);
  });

  it('tell nothing of a password', () => {
    expect(() => readConfig({ METRICS_TOKEN: 'secret' })).toThrow(/^(?!.*secret).*METRICS_TOKEN/);
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'collector.example/?key=secret';
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT })).toThrow(/^(?!.*secret).*OTEL_EXPORTER_OTLP_ENDPOINT/);
    expect(() => readConfig({ REDIS_URL: 'reddis://:secret@redis.example' })).toThrow(/^(?!.*secret).*REDIS_URL/);
  });

  it.each(['warning', 'WARN', 'critical', 'info'])('take the log level %s', (level) => {
    expect(() => readConfig({ LOG_LEVEL: level })).not.toThrow();
  });
});

describe('a secret in a file', () => {
  const VALUES: Readonly<Record<string, string>> = {
    METRICS_TOKEN: 'a-token-of-sixteen',
    DATABASE_URL: 'postgresql://claw:secret@db.example/claw',
    DATABASE_DIRECT_URL: 'postgresql://claw:secret@db.example/claw',
    REDIS_URL: 'rediss://claw:secret@redis.example',
    SMTP_URL: 'smtp://claw:secret@mail.example',
    AUDIT_SIGNING_KEY: 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/?key=secret',
  };
  const BESIDE = { MAIL_FROM: 'claw@example.com', PUBLIC_URL: 'https://claw.example' };

  it('may be each secret setting, and docs/settings.md names them', () => {
    const page = readFileSync(new URL('docs/settings.md', root), 'utf8');
    const [, listed = ''] = /## Secrets in files\n([\s\S]*?)(?:\n## |$)/.exec(page) ?? [];
    expect([...listed.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name).sort()).toEqual(secretNames().sort());
  });

  it.each(secretNames())('%s is the same as in the environment, without the end of its line', (name) => {
    const value = VALUES[name] ?? 'of thirty-two characters or more';
    const inFile = { ...BESIDE, [`${name}_FILE`]: fileWith(`${value}\n`) };
    expect(readConfig(inFile)).toEqual(readConfig({ ...BESIDE, [name]: value }));
    expect(readConfig(inFile)).not.toEqual(readConfig(BESIDE));
  });

  it('loses one end of a line and no more', () => {
    expect(readConfig({ DATABASE_PASSWORD_FILE: fileWith(' a b \r\n') }).databasePassword).toBe(' a b ');
    expect(readConfig({ DATABASE_PASSWORD_FILE: fileWith('a\n\n') }).databasePassword).toBe('a\n');
  });

  it.each([
    ['is there besides the setting itself', { ADMIN_PASSWORD: 'x', ADMIN_PASSWORD_FILE: '/nowhere' }, /are both set/],
    ['is not there', { ADMIN_PASSWORD_FILE: '/nowhere/password' }, /cannot be read: ENOENT.*\/nowhere\/password/],
    ['is a folder', { ADMIN_PASSWORD_FILE: tmpdir() }, /cannot be read: EISDIR/],
  ])('is refused where it %s, in one line that names it', (_what, settings, message) => {
    expect(() => readConfig(settings)).toThrow(ConfigError);
    expect(() => readConfig(settings)).toThrow(/^ADMIN_PASSWORD[^\n]*$/);
    expect(() => readConfig(settings)).toThrow(message);
  });

  it('is refused where it is empty or no secret, and where what it holds is wrong, which is not told', () => {
    const admin = (text: string) => () => readConfig({ ADMIN_PASSWORD_FILE: fileWith(text) });
    expect(admin('\n')).toThrow(/^ADMIN_PASSWORD_FILE names \S+, which is empty$/);
    expect(admin('x'.repeat(65_537))).toThrow(/^ADMIN_PASSWORD_FILE names \S+, which has more than 65536 bytes$/);
    expect(() => readConfig({ REDIS_URL_FILE: fileWith('secret') })).toThrow(
      /^(?!.*secret\b.*secret).*REDIS_URL must be/,
    );
  });

  it('counts as not set where the setting is empty', () => {
    expect(readConfig({ ADMIN_PASSWORD: '', ADMIN_PASSWORD_FILE: fileWith('from a file') }).adminPassword).toBe(
      'from a file',
    );
  });
});
