import { ADMIN_PASSWORD, type TestPlatform } from '../testkit/platform.ts';

type FormOptions = { readonly cookie?: string; readonly headers?: Readonly<Record<string, string>> };

/** Posts a form as the platform's own page does; redirects are answered, not followed. */
export const postForm = (
  { url }: Pick<TestPlatform, 'url'>,
  path: string,
  fields: Readonly<Record<string, string>> = {},
  { cookie, headers = { origin: url, 'sec-fetch-site': 'same-origin' } }: FormOptions = {},
): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, ...(cookie !== undefined && { cookie }) },
    body: new URLSearchParams(fields),
  });

export const getPage = (
  { url }: Pick<TestPlatform, 'url'>,
  path: string,
  { cookie, headers = {} }: FormOptions = {},
): Promise<Response> =>
  fetch(url + path, { redirect: 'manual', headers: { ...headers, ...(cookie !== undefined && { cookie }) } });

/** The Set-Cookie lines of an answer, as `name=value` and the rest. */
export const cookiesOf = (response: Response) =>
  response.headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    return { pair, attributes };
  });

/** A `name=value` pair of a new session. */
export async function adminCookie(platform: Pick<TestPlatform, 'url'>, password = ADMIN_PASSWORD): Promise<string> {
  const response = await postForm(platform, '/admin/login', { password });
  const [cookie] = cookiesOf(response);
  if (!cookie) throw new Error(`the login answered ${response.status} without a cookie`);
  return cookie.pair;
}
