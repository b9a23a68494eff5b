import { Type } from 'typebox';
import { InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import type { InputValueOf } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import { SENDER, type Sender } from '../../domain/sender.ts';
import { InputIssues } from '../input-issues.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { SenderStore } from '../ports/sender-store.ts';

export const REGISTER_SENDER = Type.Pick(SENDER, ['displayName']);
export type RegisterSenderInput = InputValueOf<typeof REGISTER_SENDER>;

type Dependencies = {
  readonly senders: SenderStore;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
};

/** What registering a sender throws. */
export const REGISTER_SENDER_ERRORS = [InvalidInputError, RateLimitedError] as const;

/** Registers a sender and answers it with its first key. Open to everybody. Throws REGISTER_SENDER_ERRORS. */
export function createRegisterSender({ senders, rateLimiter, clock }: Dependencies) {
  return async (input: RegisterSenderInput, address: string) => {
    const issues = new InputIssues();
    issues.texts(REGISTER_SENDER, input);
    issues.throwIfAny();
    await takePoint(rateLimiter, 'registrations', address);
    const sender: Sender = { id: newId(), displayName: input.displayName, createdAt: clock.now() };
    const { key, text } = newApiKey('SENDER', null);
    await senders.insert(sender, key);
    return { sender, apiKey: text };
  };
}
