import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { outcomeNamedBy } from '../../src/transport/websocket/named-request.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

it('oversize outcomes that wait for the database keep the ids of their requests, not the frames', () => {
  const ids: (string | null)[] = [];
  const heapUsed = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = heapUsed();
  for (let count = 100; count < 300; count += 1) {
    const id = `01a223f3-f09b-73ab-9967-35e8d5e02${count}`;
    const frame = Buffer.from(`{"type":"action.result","request_id":"${id}","result":"${'x'.repeat(250_000)}"}`);
    ids.push(outcomeNamedBy(String(frame)));
  }
  expect(heapUsed() - before).toBeLessThan(10 * 250_000);
  expect(ids[0]).toBe('01a223f3-f09b-73ab-9967-35e8d5e02100');
});
