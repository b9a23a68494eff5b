import type { Duplex } from 'node:stream';

/**
 * What the promises that are settled now write to the connection goes out in one system call, which costs more than to
 * write a small message does: the deliveries of a batch, the answers to it. What follows from them later waits for it, so
 * that an agent is told of a cancellation before its sender is answered.
 */
export function writeTogether(connection: Duplex): void {
  // Where answers wait already, they go out with it.
  if (connection.writableCorked === 0) connection.cork();
  queueMicrotask(() => connection.uncork());
}

/** The same for what waits until all promises have run that can: answers, which tell nobody but whoever asked. */
export function writeAtLast(connection: Duplex): void {
  if (connection.writableCorked > 0) return;
  connection.cork();
  process.nextTick(() => connection.uncork());
}
