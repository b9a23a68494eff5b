import { expect, it } from 'vitest';
import { createCall, inCall, noteLimit } from '../../src/application/ports/call.ts';

it('keeps the limits that were noted last, however many a socket meets in its life', () => {
  const call = createCall('one', '127.0.0.1');
  const limit = { policy: 'publications', quota: 10, windowSeconds: 60, remaining: 9, resetSeconds: 60 };
  inCall(call, () => {
    for (let agent = 1; agent <= 1_000; agent += 1) noteLimit({ ...limit, partition: `agent ${agent}` });
  });
  const noted = call.limits.map(({ partition }) => partition);
  expect(noted).toEqual(Array.from({ length: 20 }, (_, at) => `agent ${981 + at}`));
});
