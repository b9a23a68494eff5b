import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const root = new URL('../../', import.meta.url);
const settingsIn = (path: string, pattern: RegExp) =>
  new Set([...readFileSync(new URL(path, root), 'utf8').matchAll(pattern)].map(([, name]) => name));

/** Every name that readConfig reads. */
function namesRead(): Set<string> {
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
