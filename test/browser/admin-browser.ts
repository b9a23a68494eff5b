import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { ADMIN_PASSWORD, type TestPlatform } from '../testkit/platform.ts';

/** Debian's chromium, without anything that calls home. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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

/** A page on which an administrator is logged in, at the agents. */
export async function openAdmin(
  browser: Browser,
  platform: Pick<TestPlatform, 'url'>,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, platform, options);
  await logIn(watched.page);
  await watched.page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
  return watched;
}

type AxeResult = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};

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
  // Evaluated by the debugger, which no Content-Security-Policy holds back.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** Whether everything fits beside each other, and whoever hears the page instead of seeing it hears all of it. */
export async function expectGoodPage(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'no wider than the screen').toBe(
    true,
  );
  expect(await seriousFindings(page)).toEqual([]);
}

/** What tests of pages are run with: a large light screen, and a small dark one. */
export const SCREENS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { colorScheme: 'dark', viewport: { width: 375, height: 700 } },
] as const;
