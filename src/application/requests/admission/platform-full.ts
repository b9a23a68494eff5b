import { RateLimitedError } from '../../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { RequestStore } from '../../ports/request-store.ts';
import type { OpenTotals } from '../open-totals.ts';
import { laterSeconds } from '../queue-places.ts';
import type { AdmissionCheck } from './admit.ts';

type Dependencies = {
  readonly openTotals: OpenTotals;
  readonly requests: Pick<RequestStore, 'countOfSender'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'refusedPlaces'>;
};

/**
 * What is open on the platform has a bound, in requests and bytes. From nine tenths of it on only senders with nothing open at
 * the agent are let in, at the bound nobody.
 */
export function refusePlatformFull({ openTotals, requests, clock, metrics }: Dependencies): AdmissionCheck {
  const refused = (text: string) => {
    metrics.refusedPlaces.of('platform').add();
    return new RateLimitedError(Math.max(laterSeconds(), openTotals.nextInSeconds), text);
  };
  const refusedTo = () =>
    refused(
      'The platform has little room left, which is for senders with nothing unfinished at the agent that they ask.',
    );

  async function requireNothingOpen(senderId: string, agentId: string): Promise<void> {
    const { open } = await requests.countOfSender(senderId, agentId, clock.now(), 0);
    if (open === 0) return;
    openTotals.rememberPair(`${senderId} ${agentId}`);
    throw refusedTo();
  }

  return ({ senderId, agent }) => {
    const { room } = openTotals;
    if (room === 'free') return undefined;
    if (room === 'none') throw refused('The platform has as many unfinished requests as it takes.');
    if (openTotals.isRemembered(`${senderId} ${agent.id}`)) throw refusedTo();
    return requireNothingOpen(senderId, agent.id);
  };
}
