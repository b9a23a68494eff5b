import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
/** Asking the system for random bits costs ten times what the rest of an id does, so they are asked for in stock. */
const stock = Buffer.alloc(256 * RANDOM_BYTES);
let taken = stock.length;

/** A time that is earlier than the last one by more than so many milliseconds is a clock that was set back. */
const SET_BACK_MS = 1_000;

/**
 * Makes UUIDv7s that carry the times that they are asked for with, in milliseconds since 1970. Each is greater than the one
 * before: a counter of 32 bits that begins at random, below its half, in each millisecond (RFC 9562, section 6.2, method
 * 1), and goes on where a time is a little earlier than the last one.
 */
export function createIds(): (time: number) => string {
  let msecs = 0;
  let counter = 0;
  return (time) => {
    const random = randomBytes();
    if (time > msecs || time < msecs - SET_BACK_MS) {
      msecs = time;
      counter = random.readUInt32BE(0) >>> 1;
    } else counter += 1;
    return v7({ random, msecs, seq: counter });
  };
}

/**
 * A UUIDv7 of which 73 bits are random, and none follows from those of others: for what nobody may find out by trying, where
 * an index should have it beside what was made at that time.
 */
export const newSecretId = (time: number): string => v7({ random: randomBytes(), msecs: time });

function randomBytes(): Buffer {
  if (taken === stock.length) {
    randomFillSync(stock);
    taken = 0;
  }
  taken += RANDOM_BYTES;
  return stock.subarray(taken - RANDOM_BYTES, taken);
}

const idAt = createIds();

/** The next id at this machine's time of day. */
export const newId = (): string => idAt(Date.now());
