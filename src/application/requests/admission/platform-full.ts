import { RateLimitedError } from '../../../domain/errors.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { MetTotal, OpenTotals } from '../open-totals.ts';
import { laterSeconds } from '../queue-places.ts';
import type { AdmissionCheck } from './admit.ts';

type Dependencies = {
  readonly openTotals: OpenTotals;
  readonly metrics: Pick<Metrics, 'refusedPlaces'>;
};

/** Nothing of it says how much others have. */
const TEXTS: Readonly<Record<MetTotal, string>> = {
  platform: 'The platform has as many unfinished requests as it takes.',
  platform_sender: 'This sender has its share of the unfinished requests that the platform takes.',
  platform_agent: 'This agent has its share of the unfinished requests that the platform takes.',
};

/** What is open on the platform has a bound, in requests and bytes, of which each sender and each agent has a share. */
export function refusePlatformFull({ openTotals, metrics }: Dependencies): AdmissionCheck {
  return ({ senderId, agent }) => {
    const met = openTotals.met(senderId, agent.id);
    if (met === null) return undefined;
    metrics.refusedPlaces.of(met).add();
    throw new RateLimitedError(Math.max(laterSeconds(), openTotals.nextInSeconds), TEXTS[met]);
  };
}
