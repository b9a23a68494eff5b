import { renderSVG } from 'uqr';
import type { AuthenticatorOffer } from '../../application/admin/authenticator-apps.ts';
import { PASSWORD_MIN_LENGTH } from '../../application/admin/password-strength.ts';
import type { SetupOffer } from '../../application/admin/set-up-admin.ts';
import type { Passkey } from '../../domain/passkey.ts';
import { Html, html, joined } from '../html.ts';
import { alert, describedByMessage, page } from '../plain-page.ts';

/** Where a named administrator sees to its own login. */
export const ACCOUNT = '/admin/account';

/** The script that asks for passkeys; without it, or where the browser knows none, nothing of them is shown. */
const SCRIPT = new Html('<script src="/admin/passkeys.js" type="module"></script>');

/** A button that asks the browser for a passkey, and sends its form with the answer. */
const passkeyButton = (kind: 'create' | 'get', options: string, label: string): Html =>
  html`<input type="hidden" name="passkey">
<button type="button" data-passkey="${kind}" data-options="${options}">${label}</button>
<p class="message" role="alert" hidden></p>
${SCRIPT}`;

/** What asks for the second factor of a login by name. */
export function codePage({
  message,
  next,
  passkeyOptions,
}: {
  readonly message: string | null;
  readonly next: string | null;
  /** What a browser is asked; null where the administrator has no passkey that it would take. */
  readonly passkeyOptions: string | null;
}): string {
  const hidden = next === null ? null : html`<input type="hidden" name="next" value="${next}">`;
  return page(
    'Second factor',
    html`<h1>Second factor</h1>
<p>The six digits that your authenticator app shows, or one of your recovery codes${passkeyOptions === null ? null : ', or a passkey'}.</p>
${alert(message)}
<form method="post" action="/admin/login/code">
${hidden}
<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required autofocus maxlength="64"${describedByMessage(message)}>
<button type="submit">Continue</button>
</form>
${
  passkeyOptions === null
    ? null
    : html`<form method="post" action="/admin/login/code" class="second" data-passkey-part hidden>
${hidden}
${passkeyButton('get', passkeyOptions, 'Use a passkey')}
</form>`
}
<p class="hint"><a href="/admin/login">Start again</a></p>`,
  );
}

/** What an authenticator app is given, and the code that it makes of it. */
const authenticatorFields = ({ secret, uri }: AuthenticatorOffer, submit: string): Html =>
  html`<p class="qr">${new Html(
    renderSVG(uri, { border: 2 }).replace('<svg ', '<svg role="img" aria-label="QR code of the key" '),
  )}</p>
<p class="hint below">Or type the key: <code class="key">${secret}</code></p>
<label for="code">Code that the app shows</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="16">
<button type="submit">${submit}</button>`;

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
  return page(
    'Set up your login',
    html`<h1>Welcome, ${offer.name}</h1>
<p>Choose a password and a second factor. You will need both to log in.</p>
${alert(message)}
<form method="post" action="/admin/setup/${token}">
<input type="hidden" name="secret" value="${offer.secret}">
<input type="hidden" name="name" value="${offer.name}" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required autofocus minlength="${String(PASSWORD_MIN_LENGTH)}" maxlength="1024" aria-describedby="rule${message === null ? null : ' message'}">
<p class="hint below" id="rule">At least ${String(PASSWORD_MIN_LENGTH)} characters.</p>
${
  offer.passkeyOptions === null
    ? null
    : html`<div class="second" data-passkey-part hidden>
<h2>A passkey</h2>
<p>Of this device, a phone or a security key.</p>
${passkeyButton('create', offer.passkeyOptions, 'Finish with a passkey')}
</div>`
}
<div class="second">
<h2>An authenticator app</h2>
${authenticatorFields(offer, 'Finish')}
</div>
</form>`,
  );
}

/** The recovery codes of a new administrator, which are shown only here. */
export function recoveryCodesPage(codes: readonly string[]): string {
  return page(
    'Recovery codes',
    html`<h1>Keep these recovery codes</h1>
<p>Each lets you in once when your second factor is lost. They are shown only now: print them, or keep them where your passwords are.</p>
<ul class="codes">
${joined(codes.map((code) => html`<li><code>${code}</code></li>\n`))}</ul>
<a class="button" href="/admin/">I have kept them: to the agents</a>`,
  );
}

/** A named administrator's own login: its passkeys, and one more; and an authenticator app, where there is none. */
export function accountPage({
  name,
  passkeys,
  options,
  authenticator,
  message,
}: {
  readonly name: string;
  readonly passkeys: readonly Passkey[];
  /** What a browser is asked for one more; null where there can be none. */
  readonly options: string | null;
  /** What an authenticator app would be given; null where there is one. */
  readonly authenticator: AuthenticatorOffer | null;
  readonly message: string | null;
}): string {
  return page(
    'Your login',
    html`<h1>Your login, ${name}</h1>
<p>A passkey is a second factor in place of a code: this device, a phone or a security key.</p>
${alert(message)}
${passkeys.length === 0 ? html`<p>You have no passkey yet.</p>` : html`<ul class="rows">${joined(passkeys.map(passkeyRow))}</ul>`}
${
  options === null
    ? html`<p class="hint below">No further one can be added here: there are as many as there may be, or browsers know none at this address. They need PUBLIC_URL’s name, over TLS.</p>`
    : html`<form method="post" action="${ACCOUNT}/passkeys" data-passkey-part hidden>
<label for="label">What to call it</label>
<input id="label" name="label" maxlength="100" placeholder="Laptop, security key …">
${passkeyButton('create', options, 'Add a passkey')}
</form>`
}
${
  authenticator === null
    ? html`<p class="hint below">An authenticator app is set up: its codes are a second factor, too.</p>`
    : html`<form method="post" action="${ACCOUNT}/authenticator" class="second">
<h2>An authenticator app</h2>
<p>For where a passkey is not at hand, such as another device.</p>
<input type="hidden" name="secret" value="${authenticator.secret}">
${authenticatorFields(authenticator, 'Add the app')}
</form>`
}
<p class="hint"><a href="/admin/">To the console</a></p>`,
  );
}

const passkeyRow = ({ id, label }: Passkey): Html => html`<li><span>${label}</span>
<form method="post" action="${ACCOUNT}/passkeys/remove">
<input type="hidden" name="id" value="${id}">
<button type="submit" class="quiet" aria-label="Remove ${label}">Remove</button>
</form></li>
`;
