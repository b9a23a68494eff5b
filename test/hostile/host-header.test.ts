import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { agentAndSender } from '../testkit/actors.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';

// Behind a proxy that is believed, and with no PUBLIC_URL: all that the platform knows of its name is what callers say.
const platform = platformForFile({ env: { TRUST_PROXY: '1' } });

const NAME = 'evil.example';

/** What a caller gets that names another host in every way there is: the status, and all of the rest as text. */
async function answerAt(path: string, headers: Readonly<Record<string, string>>): Promise<[number, string]> {
  const host = { host: NAME, 'x-forwarded-host': NAME, 'x-host': NAME, forwarded: `host=${NAME}` };
  const request = get(`${platform.url}${path}`, { headers: { ...host, ...headers }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // What streams does not end: its head is enough.
  const isStream = response.headers['content-type']?.startsWith('text/event-stream');
  const body = isStream ? '' : await text(response);
  if (isStream) response.destroy();
  return [response.statusCode ?? 0, `${response.rawHeaders.join('\n')}\n\n${body}`];
}

const PAGES = [
  ...['/', '/docs', '/docs/', '/graphql', '/graphql?query=%7B__typename%7D', '/openapi.json', '/metrics', '/nowhere'],
  ...['/admin', '/admin/', '/admin/login', '/admin/login/code', '/admin/logout', '/admin/account', '/admin/setup/x'],
  ...['/approvals/x', '/mcp', '/mcp/x', '/authorize', '/v1', '/v1/agents/%E0%A4%A', '//evil.invalid/..', '/docs/x.js'],
  ...['/.well-known/oauth-protected-resource', '/.well-known/openid-configuration', '/.well-known/security.txt'],
];

describe('a Host that is none of the platform’s', () => {
  it('is in no answer, whichever path is asked, by whom, and for what', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { paths } = (await (await fetch(`${platform.url}/openapi.json`)).json()) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const described = Object.entries(paths)
      .filter(([, operations]) => 'get' in operations)
      .map(([path]) =>
        path
          .replace('{handle}', agent.handle)
          .replace('{id}', agent.id)
          .replaceAll(/\{\w+\}/g, 'x'),
      );
    expect(described.length).toBeGreaterThan(15);
    const callers = [{}, { authorization: `Bearer ${agent.apiKey}` }, { authorization: `Bearer ${sender.apiKey}` }];
    const statuses = new Set<number>();
    for (const path of [...described, ...PAGES]) {
      for (const caller of callers) {
        for (const accept of ['text/html', 'application/json', 'text/event-stream']) {
          const [status, all] = await answerAt(path, { ...caller, accept });
          statuses.add(status);
          expect(all, `${path} for ${accept}`).not.toContain(NAME);
        }
      }
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 401, 404]));
  });
});

describe('TLS', () => {
  const strict = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`${platform.url}/admin/login`, { headers })).headers.get('strict-transport-security');

  it('is what browsers are to come by for a year, where the proxy says that they came by it', async () => {
    expect(await strict({ 'x-forwarded-proto': 'https' })).toBe('max-age=31536000');
    expect(await strict({ 'x-forwarded-proto': 'http' })).toBeNull();
    expect(await strict({})).toBeNull();
  });

  it('is so of every answer where PUBLIC_URL is of it, which is what is told of the platform’s name', async () => {
    const { url } = await platformForTest({ env: { PUBLIC_URL: 'https://claw.example' } });
    const paths = ['/v1/info', '/nowhere', '/admin/', '/v1/agents/%E0%A4%A'];
    const answers = await Promise.all(paths.map((path) => fetch(url + path, { redirect: 'manual' })));
    expect(answers.map(({ headers }) => headers.get('strict-transport-security'))).toEqual(
      paths.map(() => 'max-age=31536000'),
    );
    expect(await answers[0]?.json()).toMatchObject({ links: { graphql: 'https://claw.example/graphql' } });
  });
});
