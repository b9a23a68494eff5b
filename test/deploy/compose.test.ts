import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { refuseUnsafe } from '../../src/safe-to-serve.ts';
import { filesOf, settings, textOf, yamlOf } from './files.ts';

type Service = {
  readonly image?: string;
  readonly build?: unknown;
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
};

const servicesOf = (path: string) =>
  Object.entries((yamlOf(path)[0] as { readonly services: Readonly<Record<string, Service>> }).services);

/** Which services run the platform itself. */
const isNode = ([, { build }]: readonly [string, Service]) => build !== undefined;

const seconds = (text = ''): number => Number(/^(\d+)s$/.exec(text)?.[1]);

// Parsed and held to these rules; no Docker has run them.
describe.each(['docker-compose.yml', 'deploy/production/compose.yaml'])('%s', (path) => {
  const services = servicesOf(path);

  it.each(services)('%s comes back after a crash and a reboot, or runs once', (name, { restart }) => {
    expect(restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped');
  });

  it('sets settings that exist, and gives nodes longer to stop than they take', () => {
    const nodes = services.filter(isNode);
    expect(nodes).not.toHaveLength(0);
    for (const [name, { environment = {}, stop_grace_period }] of nodes) {
      expect(
        Object.keys(environment).filter((setting) => !settings().has(setting)),
        name,
      ).toEqual([]);
      expect(seconds(stop_grace_period), name).toBeGreaterThanOrEqual(
        // Both as they are by default in production.
        Number(environment.SHUTDOWN_DRAIN_SECONDS ?? 5) + 5 + 5,
      );
    }
  });

  it('starts its nodes where they listen, and opens no port of them but on loopback without TLS', () => {
    for (const [name, { environment = {} }] of services.filter(isNode)) {
      const { HOST = '', APP_ENV = '', I_KNOW_THIS_IS_OPEN = '' } = environment;
      // The compose file fills it in, and says what is missing otherwise.
      const PUBLIC_URL = environment.PUBLIC_URL === undefined ? '' : 'https://claw.example';
      expect(() => refuseUnsafe(readConfig({ HOST, APP_ENV, PUBLIC_URL, I_KNOW_THIS_IS_OPEN })), name).not.toThrow();
    }
    if (services.every(([, { environment = {} }]) => environment.I_KNOW_THIS_IS_OPEN === undefined)) return;
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('has its nodes seal the audit trail with one key, and reach Redis as a user who may do what they do', () => {
    const nodes = services.filter((service) => isNode(service) && service[1].environment?.REDIS_URL !== undefined);
    expect(nodes.length).toBeGreaterThan(1);
    for (const [name, { environment = {} }] of nodes) {
      expect(environment.AUDIT_SIGNING_KEY, name).toBe(nodes[0]?.[1].environment?.AUDIT_SIGNING_KEY);
      expect(environment.AUDIT_SIGNING_KEY, name).toMatch(/^\$\{AUDIT_SIGNING_KEY:/);
      expect(environment.REDIS_URL, name).toMatch(/^redis:\/\/clawcierge:.+@redis:6379$/);
    }
    const redis = Object.fromEntries(services).redis;
    expect(redis).toMatchObject({ user: 'redis', entrypoint: ['sh', '/clawcierge/start.sh'] });
    expect(redis?.volumes?.[0]).toMatch(/\/redis:\/clawcierge:ro$/);
  });

  it('has the platform work as another role of PostgreSQL than its superuser', () => {
    const { postgres } = Object.fromEntries(services);
    expect(postgres?.environment).toMatchObject({ APPLICATION_PASSWORD: expect.anything() });
    expect(postgres?.environment).not.toHaveProperty('POSTGRES_USER');
    for (const [, { environment }] of services.filter(isNode)) {
      expect(environment?.DATABASE_URL).toContain('postgresql://clawcierge:');
    }
  });

  it('mounts files that are there', () => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => /^\.\.?\//.test(volume)));
    for (const volume of mounted) {
      const file = new URL(volume.split(':')[0] as string, `file:///${folder}`).pathname.slice(1);
      expect(filesOf(file), volume).toHaveLength(1);
    }
  });
});

describe('deploy/production/compose.yaml', () => {
  const path = 'deploy/production/compose.yaml';
  const services = servicesOf(path);

  it.each(services)(
    '%s has a bound on its memory, no capability that it does not need, and no way to more',
    (name, service) => {
      expect(service.mem_limit).toMatch(/^\d+[mg]$/);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.read_only ?? name === 'postgres').toBe(true);
    },
  );

  it('opens the ports of TLS alone, and the one that leads there', () => {
    expect(services.filter(([, { ports }]) => ports).map(([name, { ports }]) => [name, ports])).toEqual([
      ['proxy', ['80:8080', '443:8443']],
    ]);
  });

  it('holds no password, and says which ones are missing', () => {
    const text = textOf(path);
    const named = [...text.matchAll(/\$\{(\w*(?:PASSWORD|KEY))[^}]*\}/g)];
    expect(new Set(named.map(([, name]) => name))).toEqual(
      new Set(['POSTGRES_PASSWORD', 'APPLICATION_PASSWORD', 'REDIS_PASSWORD', 'ADMIN_PASSWORD', 'AUDIT_SIGNING_KEY']),
    );
    // `:?` ends with an error where it is not set, instead of a default that everybody knows.
    for (const [all] of named) expect(all).toMatch(/(PASSWORD|KEY):\?/);
    const example = textOf('deploy/production/env.example');
    for (const [, name] of named) expect(example).toContain(`\n${name}=\n`);
  });

  it('leaves its passwords and the key of TLS out of the image and out of git', () => {
    // What install.md has an operator put beside it; the image is built from the whole repository.
    expect(textOf('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['deploy', '**/.env']));
    expect(textOf('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'deploy/production/tls/']));
  });
});
