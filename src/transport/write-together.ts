import type { Duplex } from 'node:stream';

/**
 * What is written to the connection before the promises that are settled now have all run goes out in one system call,
 * which costs more than to write a small message does: an answer and its end, the answers to a batch.
 */
export function writeTogether(connection: Duplex): void {
  if (connection.writableCorked > 0) return;
  connection.cork();
  process.nextTick(() => connection.uncork());
}
