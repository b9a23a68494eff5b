import { randomUUID } from 'node:crypto';
import type { Delivery } from './channel.ts';
import type { Clock } from './clock.ts';
import { RequestCancelledError } from './errors.ts';
import { type HandlingOptions, outcomeOfRequest } from './handled-request.ts';
import type { Failure, Outcome } from './outcome.ts';
import { type Progress, ProgressSayer } from './progress.ts';
import { abortAtExpiry } from './request-runner.ts';

/** A request that no platform delivers. What is left out is made up. */
export interface RequestToHandle {
  readonly action: string;
  /** Reaches the handler as what its JSON says. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly senderId?: string;
  readonly contextId?: string;
  /** @default 1 */
  readonly attempt?: number;
  /** @default in five minutes */
  readonly expiresAt?: Date;
  /** Cancels the request: the handler's own signal fires with RequestCancelledError. */
  readonly signal?: AbortSignal;
  /** Hears how far the handler says to be, as its sender would. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How a request ended, with the names that its sender reads. */
export type HandledRequest =
  | { readonly status: 'COMPLETED'; readonly result: unknown; readonly error: null }
  | { readonly status: 'FAILED' | 'CANCELLED' | 'TIMEOUT'; readonly result: null; readonly error: Failure };

const EXPIRES_IN_MS = 5 * 60_000;

/** Has a request handled as one that was delivered is, and answers once its handler is done. Never rejects. */
export async function handleHere(
  options: HandlingOptions & { readonly clock: Clock },
  request: RequestToHandle,
): Promise<HandledRequest> {
  const { clock } = options;
  const delivery = deliveryOf(request, clock.now());
  const abort = new AbortController();
  const said = new ProgressSayer({ clock, say: async (progress) => request.onProgress?.(progress) });
  const callOffExpiry = abortAtExpiry(clock, delivery, abort);
  const cancel = () => abort.abort(new RequestCancelledError(textOf(request.signal?.reason)));
  if (request.signal?.aborted) cancel();
  request.signal?.addEventListener('abort', cancel, { once: true });
  try {
    return endOf(await outcomeOfRequest(options, delivery, abort.signal, said.report), abort.signal);
  } finally {
    said.stop();
    callOffExpiry();
    request.signal?.removeEventListener('abort', cancel);
  }
}

const deliveryOf = (request: RequestToHandle, now: number): Delivery => ({
  requestId: request.id ?? randomUUID(),
  action: request.action,
  params: JSON.parse(JSON.stringify(request.params ?? {})),
  senderId: request.senderId ?? randomUUID(),
  contextId: request.contextId ?? null,
  attempt: request.attempt ?? 1,
  expiresAt: (request.expiresAt ?? new Date(now + EXPIRES_IN_MS)).toISOString(),
});

/** What a handler says once the request is over counts for nothing. */
function endOf(outcome: Outcome, { aborted, reason }: AbortSignal): HandledRequest {
  if (aborted && reason instanceof RequestCancelledError) {
    return { status: 'CANCELLED', result: null, error: { code: 'cancelled', message: reason.message } };
  }
  if (aborted) return { status: 'TIMEOUT', result: null, error: { code: 'timeout', message: reason.message } };
  if (outcome.status === 'completed') return { status: 'COMPLETED', result: JSON.parse(outcome.json), error: null };
  const { code, message } = outcome;
  return { status: 'FAILED', result: null, error: { code, message } };
}

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
