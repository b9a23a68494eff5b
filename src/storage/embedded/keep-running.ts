import type { Log } from '../../application/ports/log.ts';
import type { ServerProcess } from './server-process.ts';

/** A server that dies more often than this within the time is not started again: something is wrong with it. */
const RESTARTS_MAX = 3;
const RESTARTS_WITHIN_MS = 60_000;

export type KeptServer = {
  /** Resolves with the reason, for an operator, when the server is gone and is not started again; else never. */
  readonly failed: Promise<Error>;
  /** Ends the server, and what would start it again. */
  stop(): Promise<void>;
};

/**
 * Watches a server that has been started, and starts it again when it dies without having been told to: a few times,
 * each with a line in the log, and then no more.
 */
export function keepRunning(options: {
  readonly server: ServerProcess;
  readonly startAgain: () => Promise<ServerProcess>;
  readonly log: Log;
}): KeptServer {
  const { startAgain, log } = options;
  let isStopping = false;
  let current: Promise<ServerProcess> = Promise.resolve(options.server);

  async function watch(): Promise<Error> {
    let deaths: number[] = [];
    for (;;) {
      const reason = await current.then(({ exited }) => exited, messageOf);
      if (isStopping) return new Promise(() => undefined);
      const now = performance.now();
      deaths = [...deaths.filter((at) => now - at < RESTARTS_WITHIN_MS), now];
      if (deaths.length > RESTARTS_MAX) {
        return new Error(
          `The embedded PostgreSQL has ended ${deaths.length} times within ${RESTARTS_WITHIN_MS / 1_000} s and is not ` +
            `started again${reason === undefined ? '.' : `: ${reason}`}`,
        );
      }
      log.error(
        { restart: deaths.length, restartsMax: RESTARTS_MAX, ...(reason !== undefined && { reason }) },
        'the embedded database server has ended and is started again',
      );
      current = startAgain();
    }
  }

  return {
    failed: watch(),
    stop: async () => {
      isStopping = true;
      const server = await current.catch(() => null);
      await server?.stop();
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
