import { RateLimitedError } from '../../../domain/errors.ts';
import type { SenderActivity } from '../../../domain/sender.ts';
import { blurredSeconds } from '../../blurred-seconds.ts';
import { CountedKeys } from '../../counted-keys.ts';
import { bindingOf, MINUTE_SECONDS, type OwnerClaim, openAllowed, ownerClaims } from '../../limits/owner-claims.ts';
import { noteLimit, noteRefund } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import type { RequestStore } from '../../ports/request-store.ts';
import { laterSeconds } from '../queue-places.ts';
import type { AdmissionCheck } from './admit.ts';

type Dependencies = {
  readonly rateLimiter: RateLimiter;
  readonly requests: Pick<RequestStore, 'countOfSender' | 'countOfAgent'>;
  readonly clock: Clock;
};

/** What the agent's owner allows within a minute and a day: a point of each, in one round trip, or of none. */
export function refuseOverOwnersRates({ rateLimiter, requests, clock }: Dependencies): AdmissionCheck {
  /** What nodes go by while they cannot count together. A sender's minute and its day are read at once. */
  function storedOf(senderId: string, agentId: string, claims: readonly OwnerClaim[]) {
    let ofSender: Promise<SenderActivity> | null = null;
    const readOfSender = () => {
      const seconds = Math.max(...claims.filter(({ isOfSender }) => isOfSender).map((each) => each.windowSeconds));
      return requests.countOfSender(senderId, agentId, clock.now(), seconds * 1_000);
    };
    return async ({ isOfSender, windowSeconds }: OwnerClaim) => {
      if (!isOfSender) return requests.countOfAgent(agentId, new Date(clock.now().getTime() - windowSeconds * 1_000));
      ofSender ??= readOfSender();
      const { lastMinute, lastDay } = await ofSender;
      return windowSeconds === MINUTE_SECONDS ? lastMinute : lastDay;
    };
  }

  return ({ senderId, agent, rules, attempt }) => {
    const claims = ownerClaims(agent.id, senderId, rules);
    if (claims.length === 0) return undefined;
    return rateLimiter.takeAll(claims, storedOf(senderId, agent.id, claims)).then((taken) => {
      const binding = bindingOf(claims, taken);
      if (binding) noteLimit(binding);
      const refused = taken.flatMap((each, at) => (each.isRefused ? [{ ...each, claim: claims[at] }] : []));
      if (refused.length === 0) {
        return attempt.refundable(async () => {
          await rateLimiter.refundAll(claims);
          if (binding) noteRefund(binding.policy, binding.partition);
        });
      }
      const seconds = Math.max(...refused.map(({ resetSeconds }) => resetSeconds));
      const isOwn = refused.every(({ claim }) => claim?.isOfSender);
      const waits = isOwn ? seconds : blurredSeconds(seconds);
      throw new RateLimitedError(waits, "The agent's owner allows no more requests for now.", ['agent']);
    });
  };
}

/**
 * How many of a sender may be unfinished, where the agent's owner set a number: those that are stored, and those that this
 * node is about to store.
 */
export function refuseOverOwnersOpen({ requests, clock }: Dependencies): AdmissionCheck {
  const underWay = new CountedKeys();
  return ({ senderId, agent, rules, attempt }) => {
    const max = openAllowed(rules, senderId);
    if (max === null) return undefined;
    const pair = `${agent.id} ${senderId}`;
    attempt.untilStored(underWay.hold(pair));
    return requests.countOfSender(senderId, agent.id, clock.now(), 0).then(({ open }) => {
      if (open !== null && open + underWay.count(pair) <= max) return;
      const text = `The agent's owner allows ${max} unfinished requests of this sender.`;
      throw new RateLimitedError(laterSeconds(), text, ['agent']);
    });
  };
}
