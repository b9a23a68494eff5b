import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
/** Asking the system for random bits costs ten times what the rest of an id does, so they are asked for in stock. */
const stock = Buffer.alloc(256 * RANDOM_BYTES);
let taken = stock.length;
/** The millisecond of the last id, and its place in it. */
let msecs = 0;
let counter = 0;

/**
 * A UUIDv7. Each is greater than the one before: a counter of 32 bits that begins at random, below its half, in each
 * millisecond (RFC 9562, section 6.2, method 1).
 */
export function newId(): string {
  if (taken === stock.length) {
    randomFillSync(stock);
    taken = 0;
  }
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    counter = stock.readUInt32BE(taken) >>> 1;
  } else counter += 1;
  const random = stock.subarray(taken, taken + RANDOM_BYTES);
  taken += RANDOM_BYTES;
  return v7({ random, msecs, seq: counter });
}
