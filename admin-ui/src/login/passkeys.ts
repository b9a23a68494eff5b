import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';

/** On the login's pages, which need no script otherwise: shows what is for passkeys where the browser knows them. */
if (browserSupportsWebAuthn()) {
  for (const part of document.querySelectorAll<HTMLElement>('[data-passkey-part]')) part.hidden = false;
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-passkey]')) {
    button.addEventListener('click', () => void ask(button));
  }
}

/** Asks the browser, and sends the button's form with what it answers. */
async function ask(button: HTMLButtonElement): Promise<void> {
  const { form } = button;
  const answer = form?.querySelector<HTMLInputElement>('input[name=passkey]');
  const password = form?.querySelector<HTMLInputElement>('input[name=password]');
  if (!form || !answer || password?.reportValidity() === false) return;
  const message = form.querySelector<HTMLElement>('[data-passkey] + .message');
  if (message) message.hidden = true;
  button.disabled = true;
  try {
    const optionsJSON = JSON.parse(button.dataset.options ?? '');
    const response = await (button.dataset.passkey === 'create'
      ? startRegistration({ optionsJSON })
      : startAuthentication({ optionsJSON }));
    answer.value = JSON.stringify(response);
    form.submit();
  } catch {
    // Whoever was asked said no, or took too long: browsers do not tell which.
    button.disabled = false;
    if (!message) return;
    message.textContent = 'Your browser did not answer with a passkey. Try again.';
    message.hidden = false;
  }
}
