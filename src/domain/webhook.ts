import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';

export const WEBHOOK_EVENTS = [
  'APPROVAL_REQUESTED',
  'APPROVAL_REMINDER',
  'APPROVAL_RESOLVED',
  'AGENT_QUARANTINED',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What an event is called where it is told, and where it is stored. */
export const eventType = (event: WebhookEvent): string => event.toLowerCase().replace('_', '.');

/** Where what happens to an agent and its approvals is told: never its secret. */
export const WEBHOOK_ENDPOINT = Type.Object({
  id: id('The id of the webhook; it stays when it is set again.'),
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'What its owner calls it, one by that name for an agent: a–z, 0–9 and `.`, `_`, `-`.',
  }),
  url: Type.String({ description: 'Where it is sent to: https, and no private address.' }),
  events: Type.Array(
    oneOf(WEBHOOK_EVENTS, { description: 'Something that happens to an approval, or to the agent.' }),
    {
      maxItems: WEBHOOK_EVENTS.length,
      description: 'What is told.',
    },
  ),
  includesParams: Type.Boolean({ description: 'Whether what was asked is told as well.' }),
  disabledAt: nullable(
    instant('When it was switched off, because its receiver answered 410; null while it is on. Set it again to go on.'),
  ),
  lastStatus: nullable(Type.Integer({ description: 'What its receiver last answered; null where it gave no answer.' })),
  lastError: nullable(Type.String({ description: 'Why the last call failed; null where it did not.' })),
  lastAt: nullable(instant('When it was last called.')),
  createdAt: instant('When it was first set.'),
});
export type WebhookEndpoint = ValueOf<typeof WEBHOOK_ENDPOINT>;

/** At most so many for an agent. */
export const WEBHOOKS_MAX = 5;

/** After it was set again, what is sent is signed with the secret of before as well, for so long. */
export const FORMER_SECRET_MS = 24 * 60 * 60 * 1_000;
