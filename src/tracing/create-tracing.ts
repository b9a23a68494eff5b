import type { Log } from '../application/ports/log.ts';
import { NO_TRACING, type Tracing } from '../application/ports/tracing.ts';
import type { TracingSettings } from './otel-tracing.ts';

/** Its packages are loaded only where spans are exported. */
export async function createTracing(settings: TracingSettings | null, log: Log): Promise<Tracing> {
  if (settings === null) return NO_TRACING;
  return (await import('./otel-tracing.ts')).createOtelTracing(settings, log);
}
