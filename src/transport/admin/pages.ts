import type { WaysIn } from '../../application/admin/password-login.ts';
import { type Html, html } from '../html.ts';
import { alert, page } from '../plain-page.ts';
import type { LoginError } from './login-paths.ts';

/** Says what went wrong with a login, by the name that the redirect carries; nothing of the address is shown. */
const LOGIN_MESSAGES: Readonly<Record<LoginError, string>> = {
  password: 'That key or password is not right.',
  unknown: 'That key is not right, or opens nothing any more.',
  program: 'That is the key of an agent or a sender. Log in with an owner’s or an approver’s key.',
  name: 'That name or password is not right.',
  half: 'That took too long. Log in again.',
  session: 'Your session has ended. Log in again.',
};

export const loginMessage = (name: unknown): string | null =>
  Object.entries(LOGIN_MESSAGES).find(([error]) => error === name)?.[1] ?? null;

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
  const hidden = next === null ? null : html`<input type="hidden" name="next" value="${next}">`;
  return page(
    'Log in',
    html`<h1>Clawcierge console</h1>
<p>Log in to see what is going on and to act on it.</p>
${alert(message)}
<form method="post" action="/admin/login">
${hidden}
<label for="key">${byPassword ? 'Key or password' : 'Key'}</label>
<input id="key" name="password" type="password" autocomplete="current-password" required autofocus maxlength="1024" aria-describedby="about${message === null ? null : ' message'}">
<p class="hint below" id="about">An owner’s or an approver’s key${byPassword ? html`, or the one password of administrators, which was printed at the first start or set with <code>ADMIN_PASSWORD</code>` : null}.</p>
<button type="submit">Log in</button>
</form>
${byName ? nameForm(hidden) : null}`,
  );
}

const nameForm = (
  hidden: Html | null,
): Html => html`<form method="post" action="/admin/login" class="second" aria-labelledby="by-name">
<h2 id="by-name">Administrators by name</h2>
${hidden}
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024">
<button type="submit">Log in by name</button>
</form>`;

/** A page that says one thing and offers the way on. */
export function messagePage(title: string, message: string, link: { readonly href: string; readonly label: string }) {
  return page(
    title,
    html`<h1>${title}</h1>
<p>${message}</p>
<a class="button" href="${link.href}">${link.label}</a>`,
  );
}
