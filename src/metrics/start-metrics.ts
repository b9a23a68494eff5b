import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import { addMetricsRoute, createAnswer, createMetricsServer } from './endpoint.ts';
import { createExposition } from './exposition.ts';
import type { Sources } from './sources.ts';

export type MetricsSettings = {
  /** None where there is no port of their own. */
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
  /** Whoever reads them must send it. */
  readonly metricsToken: string | undefined;
  readonly metricsOnPublicPort: boolean;
};

/** Metrics that can be read; `url` is where, if they have a port of their own. */
export type ReadableMetrics = { readonly url: string | null; close(): Promise<void> };

/** Lets the metrics be read where the settings say. Loaded only where they say so: it is a part of a start. */
export async function startMetrics(
  settings: MetricsSettings,
  deps: { readonly metrics: Metrics; readonly sources: Sources; readonly server: FastifyInstance; readonly log: Log },
): Promise<ReadableMetrics> {
  const { metricsPort: port, metricsHost: host, metricsToken, metricsOnPublicPort } = settings;
  const answer = createAnswer(createExposition(deps.metrics, deps.sources), metricsToken);
  if (metricsOnPublicPort) addMetricsRoute(deps.server, answer);
  if (port === undefined) return { url: null, close: async () => {} };
  const own = createMetricsServer(answer);
  own.on('error', (error) => deps.log.warn({ err: error }, 'the metrics server failed'));
  const listening = Promise.withResolvers<void>();
  own.once('error', listening.reject);
  own.listen({ host, port }, listening.resolve);
  await listening.promise.catch((cause: Error) => {
    const where = `METRICS_HOST and METRICS_PORT name ${host}:${port}`;
    throw new Error(`${where}, where the metrics cannot be read: ${cause.message}`, { cause });
  });
  const { port: actual } = own.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/metrics`,
    close: () =>
      new Promise((resolve) => {
        own.close(() => resolve());
        own.closeAllConnections();
      }),
  };
}
