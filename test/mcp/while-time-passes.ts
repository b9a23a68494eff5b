import { expect } from 'vitest';
import type { createManualClock } from '../testkit/manual-clock.ts';
import type { TestPlatform } from '../testkit/platform.ts';

/**
 * What is answered after the platform has waited: time passes until then. Nobody outside is told when a wait begins, so it
 * is over after `atLeastMs` or later.
 */
export async function whileTimePasses<Answer>(
  platform: Pick<TestPlatform, 'url'>,
  clock: ReturnType<typeof createManualClock>,
  answer: Promise<Answer>,
  { atLeastMs }: { readonly atLeastMs: number },
): Promise<Answer> {
  let isAnswered = false;
  const settle = () => {
    isAnswered = true;
  };
  answer.then(settle, settle);
  let passedMs = 0;
  await clock.standStill(async () => {
    for (; !isAnswered; passedMs += 1_000) {
      clock.advance(1_000);
      await (await fetch(`${platform.url}/health`)).text();
    }
  });
  expect(passedMs).toBeGreaterThanOrEqual(atLeastMs);
  return answer;
}
