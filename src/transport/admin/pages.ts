import { renderSVG } from 'uqr';
import type { WaysIn } from '../../application/admin/password-login.ts';
import { PASSWORD_MIN_LENGTH, type SetupOffer } from '../../application/admin/set-up-admin.ts';
import { Html, html, joined } from '../html.ts';

/** The claw of the platform's mark, in its own colour. */
const MARK = new Html(
  '<svg class="mark" viewBox="0 0 32 32" width="44" height="44" aria-hidden="true">' +
    '<rect width="32" height="32" rx="9" fill="currentColor"/>' +
    '<path d="M10 23c-3-6-1-12 4-15 0 4 1 6 3 7M16 24c-1-5 1-9 6-12 1 4 0 8-3 11" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>',
);

const STYLE = new Html(`<style>
  :root { color-scheme: light dark; --bg: #f4f5f8; --card: #fff; --text: #1b1f2a; --soft: #596074; --line: #d5d9e3;
    --accent: #c2361f; --on-accent: #fff; --bad-bg: #fdecea; --bad: #9b1c12; }
  @media (prefers-color-scheme: dark) {
    :root { --bg: #12141b; --card: #1b1e28; --text: #eceef4; --soft: #a3aabc; --line: #363b4a;
      --accent: #ff7a5c; --on-accent: #231009; --bad-bg: #3a1814; --bad: #ffb4a6; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--bg);
    color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  main { width: 100%; max-width: 384px; padding: 32px; background: var(--card); border: 1px solid var(--line);
    border-radius: 16px; box-shadow: 0 12px 40px rgb(0 0 0 / 8%); }
  .mark { color: #c2361f; display: block; }
  h1 { margin: 16px 0 4px; font-size: 22px; line-height: 1.3; letter-spacing: -0.01em; }
  p { margin: 0 0 20px; color: var(--soft); }
  label { display: block; margin-bottom: 6px; font-weight: 600; font-size: 14px; }
  input { width: 100%; padding: 11px 12px; font: inherit; color: inherit; background: transparent;
    border: 1px solid var(--line); border-radius: 10px; }
  button, .button { display: block; width: 100%; margin-top: 18px; padding: 11px 12px; font: inherit; font-weight: 600;
    text-align: center; text-decoration: none; color: var(--on-accent); background: var(--accent); border: 0;
    border-radius: 10px; cursor: pointer; }
  button:hover, .button:hover { filter: brightness(1.08); }
  :focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
  .message { padding: 10px 12px; border-radius: 10px; background: var(--bad-bg); color: var(--bad); font-size: 14px; }
  code { font-size: 0.92em; }
  .hint { margin: 20px 0 0; font-size: 13px; }
  .hint.below { margin: 6px 0 18px; }
  .hint a { color: inherit; }
  form input + label { margin-top: 16px; }
  .qr svg { display: block; width: 200px; max-width: 100%; margin: 0 auto; }
  .key { overflow-wrap: anywhere; }
  .codes { margin: 0 0 8px; padding: 0; list-style: none; columns: 2; }
</style>`);

/** Says what went wrong with a login, by the name that the redirect carries; nothing of the address is shown. */
const LOGIN_MESSAGES: Readonly<Record<string, string>> = {
  password: 'That password is not right.',
  name: 'That name or password is not right.',
  half: 'That took too long. Log in again.',
  session: 'Your session has ended. Log in again.',
};

export const loginMessage = (name: unknown): string | null =>
  (typeof name === 'string' && Object.hasOwn(LOGIN_MESSAGES, name) ? LOGIN_MESSAGES[name] : null) ?? null;

const page = (title: string, content: Html): string => `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Clawcierge</title>
<link rel="icon" href="data:,">
${STYLE}
</head>
<body>
<main>
${MARK}
${content}
</main>
</body>
</html>`.text
}`;

/** What went wrong, where a screen reader hears it. */
const alert = (message: string | null): Html | null =>
  message === null ? null : html`<p class="message" role="alert" id="message">${message}</p>`;

const describedByMessage = (message: string | null): Html | null =>
  message === null ? null : new Html(' aria-describedby="message"');

/** The login form, with what can be logged in with now. Works without JavaScript. `next` is where to go afterwards, inside /admin/. */
export function loginPage({
  message,
  next,
  ways: { byName, byPassword },
}: {
  readonly message: string | null;
  readonly next: string | null;
  readonly ways: WaysIn;
}): string {
  return page(
    'Log in',
    html`<h1>Clawcierge admin</h1>
<p>Log in to see what is going on and to act on it.</p>
${alert(message)}
<form method="post" action="/admin/login">
${next === null ? null : html`<input type="hidden" name="next" value="${next}">`}
${
  byName
    ? html`<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" ${byPassword ? null : 'required'} autofocus maxlength="64">`
    : null
}
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${
      byName ? null : new Html(' autofocus')
    } maxlength="1024"${describedByMessage(message)}>
<button type="submit">Log in</button>
</form>
${
  byPassword
    ? html`<p class="hint">${byName ? 'The one password needs no name. It' : 'It'} was printed at the first start, or set with <code>ADMIN_PASSWORD</code>.</p>`
    : null
}`,
  );
}

/** What asks for the second factor of a login by name. */
export function codePage({ message, next }: { readonly message: string | null; readonly next: string | null }): string {
  return page(
    'Second factor',
    html`<h1>Second factor</h1>
<p>The six digits that your authenticator app shows, or one of your recovery codes.</p>
${alert(message)}
<form method="post" action="/admin/login/code">
${next === null ? null : html`<input type="hidden" name="next" value="${next}">`}
<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required autofocus maxlength="64"${describedByMessage(message)}>
<button type="submit">Continue</button>
</form>
<p class="hint"><a href="/admin/login">Start again</a></p>`,
  );
}

/** What a new administrator's link shows. The secret is the same when the form comes back. */
export function setupPage({
  token,
  offer,
  message,
}: {
  readonly token: string;
  readonly offer: SetupOffer;
  readonly message: string | null;
}): string {
  const code = new Html(
    renderSVG(offer.uri, { border: 2 }).replace('<svg ', '<svg role="img" aria-label="QR code of the key" '),
  );
  return page(
    'Set up your login',
    html`<h1>Welcome, ${offer.name}</h1>
<p>Choose a password, and add the key to an authenticator app. You will need both to log in.</p>
${alert(message)}
<form method="post" action="/admin/setup/${token}">
<input type="hidden" name="secret" value="${offer.secret}">
<input type="hidden" name="name" value="${offer.name}" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required autofocus minlength="${String(PASSWORD_MIN_LENGTH)}" maxlength="1024" aria-describedby="rule${message === null ? null : ' message'}">
<p class="hint below" id="rule">At least ${String(PASSWORD_MIN_LENGTH)} characters.</p>
<p class="qr">${code}</p>
<p class="hint below">Or type the key: <code class="key">${offer.secret}</code></p>
<label for="code">Code that the app shows</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="16">
<button type="submit">Finish</button>
</form>`,
  );
}

/** The recovery codes of a new administrator, which are shown only here. */
export function recoveryCodesPage(codes: readonly string[]): string {
  return page(
    'Recovery codes',
    html`<h1>Keep these recovery codes</h1>
<p>Each lets you in once when your authenticator app is lost. They are shown only now: print them, or keep them where your passwords are.</p>
<ul class="codes">
${joined(codes.map((code) => html`<li><code>${code}</code></li>\n`))}</ul>
<a class="button" href="/admin/">I have kept them: to the agents</a>`,
  );
}

/** A page that says one thing and offers the way on. */
export function messagePage(title: string, message: string, link: { readonly href: string; readonly label: string }) {
  return page(
    title,
    html`<h1>${title}</h1>
<p>${message}</p>
<a class="button" href="${link.href}">${link.label}</a>`,
  );
}
