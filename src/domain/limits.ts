import { Type } from 'typebox';
import { id, instant, nullable, type ValueOf } from './fields.ts';
import { ACTIVITY_MAX } from './sender.ts';

/** No number that an owner sets is higher. */
const LIMIT_MAX = 1_000_000;

/** Nor this one, which is counted up to there. */
const OPEN_LIMIT_MAX = ACTIVITY_MAX;

/** Senders with numbers of their own, or blocked, at one agent. */
export const SENDER_LIMITS_MAX = 1_000;

const number = (description: string, maximum = LIMIT_MAX) =>
  nullable(Type.Integer({ minimum: 1, maximum, description: `${description}; null is the platform's.` }));

/** What an owner lets senders ask of its agent. */
export const AGENT_LIMITS = Type.Object({
  version: Type.Integer({ minimum: 1, description: '1 for the first ones, one higher whenever they are set.' }),
  perMinute: number('Requests of all senders together within a minute, which begins with the first'),
  perDay: number('The same within 24 hours'),
  perSenderPerMinute: number('Requests of each sender within a minute, which begins with the first'),
  perSenderPerDay: number('The same within 24 hours'),
  openPerSender: number('Unfinished requests of each sender, 1 to 10,000', OPEN_LIMIT_MAX),
});
export type AgentLimits = ValueOf<typeof AGENT_LIMITS>;

/** What one sender may at one agent. */
export const SENDER_LIMIT = Type.Object({
  senderId: id("The sender's id, or that of an agent that asks on its own behalf."),
  senderName: nullable(Type.String({ description: 'What it is called; null where nobody of that id is known.' })),
  perMinute: nullable(
    Type.Integer({
      minimum: 1,
      maximum: LIMIT_MAX,
      description: "Its requests within a minute; null is what the agent's limits say for each sender.",
    }),
  ),
  perDay: nullable(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, description: 'The same within 24 hours.' })),
  open: nullable(
    Type.Integer({
      minimum: 1,
      maximum: OPEN_LIMIT_MAX,
      description: 'The same of unfinished requests, 1 to 10,000.',
    }),
  ),
  blocked: Type.Boolean({ description: 'Whether it may ask nothing at all. What waits of it is held meanwhile.' }),
  reason: nullable(
    Type.String({
      minLength: 1,
      maxLength: 500,
      multiline: true,
      description: 'Why, for the owner; the sender is never told.',
    }),
  ),
  updatedAt: instant('When it was last set.'),
});
export type SenderLimit = ValueOf<typeof SENDER_LIMIT>;

/** What holds for one sender at one agent. */
export type SenderRule = Pick<SenderLimit, 'perMinute' | 'perDay' | 'open' | 'blocked'>;

/** All that an agent's owner set, as it is asked for with each request. */
export type AgentRules = { readonly limits: AgentLimits | null; readonly senders: ReadonlyMap<string, SenderRule> };

/** How a limit stands for whoever is bound by it. */
export const LIMIT_STATE = Type.Object({
  policy: Type.String({
    description: 'Whose limit: "submissions" and "registrations" are the platform’s, "agent" is set by its owner.',
  }),
  quota: Type.Integer({ description: 'Requests that it allows within its window.' }),
  windowSeconds: Type.Integer({ description: 'How long that is.' }),
  remaining: Type.Integer({ description: 'Requests that are left of it.' }),
  resetSeconds: Type.Integer({ description: 'In how many seconds it begins anew.' }),
});
export type LimitState = ValueOf<typeof LIMIT_STATE>;
