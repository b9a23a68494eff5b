import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOfCode, mintInvitationCode } from '../../src/application/invitations/invitation-code.ts';
import { isWellFormedApiKey, mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { newWebhookSecret } from '../../src/application/webhooks/sign-webhook.ts';
import { API_KEY_PREFIX, type ApiKeyKind } from '../../src/domain/api-key.ts';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const security = textOf('SECURITY.md');
const model = textOf('docs/threat-model.md');

describe('SECURITY.md and the threat model', () => {
  const doors = model
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.split('\n', 1)[0] ?? '', text] as const);

  it('are about every door', () => {
    expect(doors.map(([name]) => name)).toEqual([
      'GraphQL over HTTP',
      'GraphQL over sockets',
      'REST',
      'Raw WebSocket',
      'Server-sent events',
      'MCP',
      'Contracts and rules',
      'Bridges',
      'Command line',
      'Console and login',
      'Metrics and health',
      'Mail and links',
      'Webhooks',
      'Database',
      'Redis',
      'Audit trail',
    ]);
  });

  it.each(doors)('say of each letter of STRIDE what stops it, and where that is shown: %s', (_name, text) => {
    const rows = [...text.matchAll(/^\| ([A-Z]) \| (.+) \| (.+) \|$/gm)];
    expect(rows.map(([, letter]) => letter).join('')).toBe('STRIDE');
    for (const [, , stops, shownBy] of rows) {
      expect(stops).toMatch(/\w/);
      expect(shownBy).toMatch(/^`test\/[\w/-]+\.test\.ts`(, `test\/[\w/-]+\.test\.ts`)*$/);
    }
  });

  it('name tests that are there', () => {
    const named = [...`${security}${model}`.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('what secret scanners look for', () => {
  const gitleaks = textOf('deploy/secret-scanning/gitleaks.toml');
  const rules = [...gitleaks.matchAll(/^id = "([\w-]+)"[\s\S]*?^regex = '''(.+)'''\nkeywords = \[(.+)\]$/gm)].map(
    ([, id = '', regex = '', keywords = '']) => ({
      id,
      regex,
      pattern: new RegExp(regex),
      keywords: keywords.split(', ').map((each) => JSON.parse(each) as string),
    }),
  );
  const made: Readonly<Record<string, readonly string[]>> = {
    'clawcierge-api-key': (Object.keys(API_KEY_PREFIX) as ApiKeyKind[]).flatMap((kind) => [
      mintApiKey(kind).text,
      mintApiKey(kind, { isLimited: true }).text,
    ]),
    'clawcierge-invitation': [mintInvitationCode().code],
    'clawcierge-webhook-secret': Array.from({ length: 50 }, newWebhookSecret),
  };

  it('is the same in SECURITY.md and for gitleaks', () => {
    const rows = [...security.matchAll(/^\| `([\w-]+)` \| `(.+)` \|$/gm)];
    expect(rows.map(([, id, regex]) => ({ id, regex: regex?.replaceAll('\\|', '|') }))).toEqual(
      rules.map(({ id, regex }) => ({ id, regex })),
    );
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(made));
  });

  it.each(rules)('finds every $id, wherever it stands, and no other', ({ id, pattern, keywords }) => {
    const surroundings = [(key: string) => key, (key: string) => `KEY="${key}"`, (key: string) => `Bearer ${key}\r\n`];
    for (const key of made[id] ?? []) {
      expect(
        keywords.some((each) => key.startsWith(each)),
        key,
      ).toBe(true);
      for (const around of surroundings) expect(pattern.exec(around(key))?.[0], around(key)).toBe(key);
    }
    const others = Object.entries(made).flatMap(([of, keys]) => (of === id ? [] : keys));
    const noKeys = [
      'clw_agent_…',
      'clw_agent_',
      'clw_agent_limited_',
      'whsec_',
      'clw_agent_<your key>',
      'clw_invite_CODE',
    ];
    for (const text of [...others, ...noKeys, ...noKeys.map((each) => each.toUpperCase())]) {
      expect(text).not.toMatch(pattern);
    }
  });

  it('can be told from what was made up, as the page says', () => {
    const [, source = ''] = /```js\n([\s\S]+?)```/.exec(security.slice(security.indexOf('**The checksum**'))) ?? [];
    const isOurs = new Function('require', `${source}; return isOurs;`)(
      process.getBuiltinModule('node:module').createRequire(import.meta.url),
    ) as (key: string) => boolean;
    const keys = [...(made['clawcierge-api-key'] ?? []), ...(made['clawcierge-invitation'] ?? [])];
    for (const key of keys) {
      const other = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
      expect([isOurs(key), isOurs(other)], key).toEqual([true, false]);
      expect(isWellFormedApiKey(key) || hashOfCode(key) !== null).toBe(true);
    }
  });
});
