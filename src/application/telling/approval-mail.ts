import { instantText } from '../../domain/instant-text.ts';
import type { ToldApproval } from '../ports/outbox.ts';

const NAME_SHOWN = 60;
const TEXT_SHOWN = 500;
const SUBJECT_SHOWN = 150;

/** A stranger's text in one line: without anything that does not show, ends a line or turns text around, and not too long. */
function inOneLine(text: string, max: number): string {
  const line = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const characters = [...line];
  return characters.length > max ? `${characters.slice(0, max).join('')}…` : line;
}

/** What an approver is written. Nothing of what was asked is in it: a mailbox is no place for that. */
export function approvalMail(
  { handle, action, holdReasons, expiresAt }: ToldApproval,
  about: {
    readonly isReminder: boolean;
    readonly senderName: string | null;
    readonly link: string;
    readonly url: string;
  },
): { readonly subject: string; readonly text: string } {
  const what = `${handle}: ${action}`;
  const reasons = inOneLine(holdReasons.map(({ reason }) => reason).join('; '), TEXT_SHOWN);
  return {
    subject: inOneLine(`[Clawcierge] ${about.isReminder ? 'Still waiting: ' : ''}${what}`, SUBJECT_SHOWN),
    text: `Somebody asks ${handle} for something that you can decide about${about.isReminder ? ', and nobody has yet' : ''}.

What: ${inOneLine(action, TEXT_SHOWN)}
Who asks: "${inOneLine(about.senderName ?? 'somebody who is gone', NAME_SHOWN).replaceAll('"', "'")}" (so it calls itself; nobody has checked)
Why it waits: ${reasons}
Until: ${instantText(expiresAt)}

Look at it and decide:
${about.link}

In the console:
${about.url}

Whoever has the first address decides as you. Do not pass this message on.
`,
  };
}

/** What an approver is written in place of many. */
export const summaryMail = (url: string): { readonly subject: string; readonly text: string } => ({
  subject: '[Clawcierge] Several requests wait for you',
  text: `More requests wait for you to decide about than you are written about one by one.

All of them are in the console:
${url}

For the next minutes you are not written about each.
`,
});
