import { v7 as newId } from 'uuid';
import { DISPLAY_NAME_MAX_LENGTH } from '../../domain/agent.ts';
import { InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import type { Sender } from '../../domain/sender.ts';
import { InputIssues } from '../input-issues.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { SenderStore } from '../ports/sender-store.ts';

type Dependencies = {
  readonly senders: SenderStore;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
};

/** What registering a sender throws. */
export const REGISTER_SENDER_ERRORS = [InvalidInputError, RateLimitedError] as const;

/** Registers a sender and answers it with its first key. Open to everybody. Throws REGISTER_SENDER_ERRORS. */
export function createRegisterSender({ senders, rateLimiter, clock }: Dependencies) {
  return async (input: { readonly displayName: string }, address: string) => {
    const issues = new InputIssues();
    issues.text('displayName', input.displayName, { max: DISPLAY_NAME_MAX_LENGTH });
    issues.throwIfAny();
    await takePoint(rateLimiter, 'registrations', address);
    const sender: Sender = { id: newId(), displayName: input.displayName, createdAt: clock.now() };
    const { key, text } = newApiKey('SENDER', null);
    await senders.insert(sender, key);
    return { sender, apiKey: text };
  };
}
