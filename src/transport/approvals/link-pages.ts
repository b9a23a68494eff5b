import { digestText } from '../../application/approvals/approval-digest.ts';
import type { LinkedApproval } from '../../application/approvals/approval-links.ts';
import type { ApprovalStatus } from '../../domain/approval.ts';
import { instantText } from '../../domain/instant-text.ts';
import { paramsToDo } from '../../domain/request.ts';
import { Html, html, joined } from '../html.ts';
import { alert, page } from '../plain-page.ts';
import { VISIBLE_STYLE, visibleJson, visibleText } from './visible-text.ts';

const STYLE = new Html(`<style>
  main { max-width: 640px; }
  dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 16px; margin: 0 0 20px; }
  dt { color: var(--soft); }
  dd { margin: 0; overflow-wrap: anywhere; }
  pre { max-height: 50vh; overflow: auto; margin: 0 0 20px; padding: 12px; border: 1px solid var(--line); border-radius: 10px;
    white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, monospace; }
  textarea + label { margin-top: 16px; }
  textarea { display: block; width: 100%; padding: 11px 12px; font: inherit; color: inherit; background: transparent;
    border: 1px solid var(--line); border-radius: 10px; }
  .choice { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
  .deny { color: inherit; background: transparent; border: 1px solid var(--line); }
</style>`);

/** What somebody wrote into the form. */
export type Said = { readonly comment: string; readonly toSender: string };

const NOTHING_SAID: Said = { comment: '', toSender: '' };

/** A line break at its beginning would not be part of it. */
const textarea = (name: keyof Said, label: string, value: string) => html`<label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="2" maxlength="500">
${value}</textarea>`;

/** Nobody knows the clock of whoever reads it. */
const minuteText = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What is asked, by whom and why, and the two answers. Nothing is decided by looking. What was refused is there again. */
export function linkPage(
  { approval, request, approver, sender }: LinkedApproval,
  token: string,
  { message = null, said = NOTHING_SAID }: { readonly message?: string | null; readonly said?: Said } = {},
): string {
  const who = sender?.displayName ?? 'Somebody who is gone';
  return page(
    'Decide',
    html`${STYLE}${VISIBLE_STYLE}<h1>Is this to be done?</h1>
<p>You decide as ${visibleText(approver.displayName)}. Whoever has this link can: do not pass it on.</p>
${alert(message)}
<dl>
<dt>Who asks</dt><dd>${visibleText(who)} <small>(so it calls itself; nobody has checked)</small></dd>
<dt>Whom</dt><dd>${request.handle}</dd>
<dt>What</dt><dd>${visibleText(request.action)}</dd>
<dt>Why it waits</dt><dd>${joined(approval.holdReasons.map(({ reason }) => html`<div>${visibleText(reason)}</div>`))}</dd>
<dt>Until</dt><dd><time datetime="${instantText(approval.expiresAt)}">${minuteText(approval.expiresAt)}</time></dd>
</dl>
<pre tabindex="0" aria-label="What is asked">${visibleJson(paramsToDo(request).value)}</pre>
<form method="post" action="/approvals/l/${token}">
<input type="hidden" name="digest" value="${digestText(approval.digest)}">
${textarea('comment', 'Comment, for the owner', said.comment)}
${textarea('toSender', 'To the sender, who is not told who decided', said.toSender)}
<div class="choice">
<button type="submit" name="verdict" value="APPROVE">Approve</button>
<button type="submit" name="verdict" value="DENY" class="deny">Deny</button>
</div>
</form>`,
  );
}

const sentence = (title: string, text: string): string =>
  page(
    title,
    html`<h1>${title}</h1>
<p>${text}</p>`,
  );

const OUTCOMES: Readonly<Record<ApprovalStatus, readonly [title: string, text: string]>> = {
  PENDING: ['Your approval counts', 'More people have to approve it, too.'],
  APPROVED: ['Approved', 'It is on its way to the agent.'],
  DENIED: ['Denied', 'It will not be done.'],
  EXPIRED: ['Too late', 'Nobody decided in time, so it will not be done.'],
  CANCELLED: ['Called off', 'It is not asked for any more.'],
  REJECTED: ['Rejected', 'The rules that are in force by now say no.'],
};

/** What a decision came to. */
export const outcomePage = (status: ApprovalStatus): string => sentence(...OUTCOMES[status]);

/** That something else had ended it. */
export const overPage = (status: ApprovalStatus): string => {
  const [title, text] = OUTCOMES[status];
  return sentence(title, `It was over before: nothing was changed. ${text}`);
};

export const rejectedPage = (reason: string): string =>
  sentence('Rejected', `It cannot be approved any more, since something else says no by now: ${reason}`);

/** The same for whatever leads nowhere. */
export const noLinkPage = (): string =>
  sentence('This link leads nowhere', 'What it was for is over, or it was never a link of this platform.');

export const waitPage = (seconds: number): string =>
  sentence('Not now', `Try again in ${seconds} s. Nothing was decided.`);

export const refusedPage = (): string => sentence('Refused', 'This form was not sent by the page that the link shows.');

export const failedPage = (): string => sentence('Sorry', 'Something went wrong on our side. Nothing was decided.');
