import { ADMIN_PASSWORD, type TestPlatform } from './platform.ts';

/** Logs in as the administrator does, and answers the credential that the session's cookie is. */
export async function logIn({ url }: Pick<TestPlatform, 'url'>): Promise<{ readonly cookie: string }> {
  const response = await fetch(`${url}/admin/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ password: ADMIN_PASSWORD }),
  });
  const [cookie = ''] = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  if (cookie === '') throw new Error(`the login answered ${response.status} without a cookie`);
  return { cookie };
}
