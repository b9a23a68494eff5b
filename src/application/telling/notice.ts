import type { ToldNotice } from '../ports/outbox.ts';
import type { WebhookMessage } from '../webhooks/call-webhook.ts';
import { agentUrl } from './console-urls.ts';

/** What a webhook is told of an agent whose document is in quarantine. */
export const noticeMessage = (
  id: string,
  event: string,
  { agentId, handle, document, version, at, until }: ToldNotice,
  publicUrl: string,
): WebhookMessage => ({
  id,
  type: event,
  at: new Date(at),
  data: {
    agent_id: agentId,
    handle,
    document: document.toLowerCase(),
    version,
    until,
    url: agentUrl(publicUrl, handle),
  },
});

/** What the approvers of that agent are written. */
export function noticeMail(
  { handle, document, version, until }: ToldNotice,
  publicUrl: string,
): { readonly subject: string; readonly text: string } {
  const [what, takes] = document === 'CONTRACT' ? ['contract', 'takes'] : ['policies', 'take'];
  return {
    subject: `[Clawcierge] ${handle}: its ${what} ${takes} too much computing`,
    text: `Version ${version} of the ${what} of ${handle} took more computing than it may, too often.
Requests that cannot be checked without that are answered with "agent_quarantined", and nothing of them is kept.

Until: ${until}

What ends it sooner is a version that takes less, or lifting it in the console, where the page of the agent is:
${agentUrl(publicUrl, handle) ?? ''}
`,
  };
}
