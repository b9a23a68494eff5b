import type { TestPlatform } from './platform.ts';
import { Scrape } from './scrape.ts';

/** What a platform of this process always has to do besides, meanwhile: 300 ms at a time, so that it is late with everything. */
export async function whileBehind(work: () => Promise<void>): Promise<void> {
  let isBusy = true;
  const hold = () => {
    const until = performance.now() + 300;
    while (performance.now() < until);
    if (isBusy) setTimeout(hold);
  };
  hold();
  try {
    await work();
  } finally {
    isBusy = false;
  }
}

/** What there is at present of what anybody may cost. */
export const costPart = async (platform: Pick<TestPlatform, 'metricsUrl'>): Promise<number> =>
  (await Scrape.of(platform)).value('clawcierge_cost_part');
