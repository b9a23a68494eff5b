import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { logIn as logInByHttp } from '../testkit/admin-session.ts';
import { ADMIN_PASSWORD, type TestPlatform } from '../testkit/platform.ts';

/** Debian's chromium: the one that has no windows takes two thirds of the processor time of the one that has. */
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;

/** A browser without anything that calls home. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? CHROMIUM.find((path) => existsSync(path)) ?? CHROMIUM[0],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A page, and everything that must not happen on it. */
export type WatchedPage = {
  readonly page: Page;
  /** Errors of the console and of the page, and dialogs: a script from outside would show itself by one. */
  readonly complaints: readonly string[];
  /** The hosts that it asked for anything. */
  readonly hosts: ReadonlySet<string>;
};

/** A fresh profile on a page, the login page unless told otherwise; closed when the test is over. */
export async function openPage(
  browser: Browser,
  { url }: Pick<TestPlatform, 'url'>,
  { path = '/admin/login', ...options }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 860 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  await page.goto(path);
  return { page, complaints, hosts };
}

export async function logIn(page: Page, password = ADMIN_PASSWORD): Promise<void> {
  await page.getByLabel('Key or password').fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

/** A page as somebody sees it who was sent to it and had to log in with a key first. */
export async function openWithKey(
  browser: Browser,
  platform: Pick<TestPlatform, 'url'>,
  { key, path, ...screen }: BrowserContextOptions & { readonly key: string; readonly path: string },
): Promise<WatchedPage> {
  const watched = await openPage(browser, platform, {
    path: `/admin/login?next=${encodeURIComponent(path)}`,
    ...screen,
  });
  await logIn(watched.page, key);
  return watched;
}

/** Waits until no dialog is left: the one before may still fade out while the next one is there. */
export const dialogsGone = (page: Page): Promise<void> =>
  page.getByRole('dialog').first().waitFor({ state: 'detached' });

/** What an administrator's cookie is, by the platform whose pages are opened with it: a login takes its time. */
const sessions = new WeakMap<Pick<TestPlatform, 'url'>, ReturnType<typeof logInByHttp>>();

/**
 * A fresh profile on the agents, with the session of an administrator that all tests of a platform share. Who looks at a
 * login or a logout takes a session of its own: `openPage` and `logIn`.
 */
export async function openAdmin(
  browser: Browser,
  platform: Pick<TestPlatform, 'url'>,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const session = sessions.get(platform) ?? logInByHttp(platform);
  sessions.set(platform, session);
  const [name = '', value = ''] = (await session).cookie.split('=');
  const cookie = { name, value, domain: new URL(platform.url).hostname, path: '/', expires: -1 };
  const cookies = [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Strict' as const }];
  const storageState = { cookies, origins: [] };
  const watched = await openPage(browser, platform, { ...options, storageState, path: '/admin/' });
  await watched.page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
  return watched;
}

/** Runs axe-core in the page, and of what it found takes along what is serious only: all of it is megabytes. */
const RUN_AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' | ')))`;

/** What axe-core finds serious or critical, one line each, once nothing moves: what fades in has too little contrast. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(async () => {
    const moving = () =>
      document
        .getAnimations()
        .filter(({ effect, playState }) => playState === 'running' && effect?.getTiming().iterations !== Infinity);
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // A dialog begins to fade in some frames after it is there.
    for (let stillFrames = 0; stillFrames < 4; stillFrames += 1) {
      await nextFrame();
      const ending = moving();
      await Promise.allSettled(ending.map(({ finished }) => finished));
      if (ending.length > 0) stillFrames = -1;
    }
  });
  // Evaluated by the debugger, which no Content-Security-Policy holds back; once for each page that is loaded.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  return page.evaluate<readonly string[]>(RUN_AXE);
}

/** Whether everything fits beside each other, and whoever hears the page instead of seeing it hears all of it. */
export async function expectGoodPage(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'no wider than the screen').toBe(
    true,
  );
  expect(await seriousFindings(page)).toEqual([]);
}

/** What is shown once; closes its dialog. */
export async function takeSecret(page: Page): Promise<string> {
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
  await expectGoodPage(page);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByText(secret).waitFor({ state: 'detached' });
  return secret;
}

/** What tests of pages are run with: a large light screen, and a small dark one. */
export const SCREENS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { colorScheme: 'dark', viewport: { width: 375, height: 700 } },
] as const;
