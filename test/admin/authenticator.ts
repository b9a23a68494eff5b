import { Secret, TOTP } from 'otpauth';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { cookiesOf, getPage, postForm } from './admin-forms.ts';

export const PASSWORD = 'a password of my own';

/** The code that an authenticator app shows for a key. */
export const codeOf = (secret: string, at: Date): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });

/** The link's path of a new administrator. */
export async function inviteAdmin(
  platform: TestPlatform,
  name: string,
  by: { readonly cookie: string },
): Promise<{ readonly id: string; readonly path: string }> {
  const { admin, setupUrl } = await mutateSuccessfully(platform, 'createAdmin', { name }, 'admin { id } setupUrl', by);
  return { id: admin.id, path: new URL(setupUrl, platform.url).pathname };
}

/** The key that the page of a link offers, or of an administrator's own login. */
export async function offeredKey(platform: TestPlatform, path: string, cookie?: string): Promise<string> {
  const text = await (await getPage(platform, path, cookie === undefined ? {} : { cookie })).text();
  const [, secret] = /name="secret" value="([A-Z2-7]{32})"/.exec(text) ?? [];
  if (secret === undefined) throw new Error(`the page offers no key: ${text}`);
  return secret;
}

/** A named administrator who has used its link. */
export async function setUpAdmin(
  platform: TestPlatform,
  name: string,
  by: { readonly cookie: string },
  now: () => Date,
) {
  const { id, path } = await inviteAdmin(platform, name, by);
  const secret = await offeredKey(platform, path);
  const code = codeOf(secret, now());
  const response = await postForm(platform, path, { password: PASSWORD, secret, code });
  const codes = [...(await response.text()).matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code = '']) => code);
  const session = cookiesOf(response)[0]?.pair ?? '';
  return { id, name, path, secret, code, codes, cookie: session, status: response.status };
}

/** The first step of a login by name: the `name=value` pair that the second one needs; null where it was refused. */
export async function nameAndPassword(platform: TestPlatform, name: string, password: string): Promise<string | null> {
  const response = await postForm(platform, '/admin/login', { name, password });
  return response.headers.get('location')?.startsWith('/admin/login/code')
    ? (cookiesOf(response)[0]?.pair ?? '')
    : null;
}
