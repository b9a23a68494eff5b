// Is loaded into the server before anything else: watches its event loop, and tells by HTTP what it saw.
import { isMainThread } from 'node:worker_threads';

const LOOK_MS = 2;
const port = process.env.FUZZ_WATCH_PORT;

// Threads load it, too, and hold nobody up.
if (isMainThread && port !== undefined) await watch(Number(port));

/**
 * How much processor time the thread took between two turns of the loop: for so long nobody else was served. Time in which
 * the machine did something else does not count, or a busy one would find fault with everything.
 *
 * @param {number} port
 */
async function watch(port) {
  const { createServer } = await import('node:http');
  let last = process.threadCpuUsage();
  let heldMicroseconds = 0;
  setInterval(() => {
    const now = process.threadCpuUsage();
    heldMicroseconds = Math.max(heldMicroseconds, now.user - last.user + now.system - last.system);
    last = now;
  }, LOOK_MS).unref();
  const server = createServer((_request, response) => {
    response.end(String(heldMicroseconds));
    heldMicroseconds = 0;
  });
  server.listen(port, '127.0.0.1').unref();
}
