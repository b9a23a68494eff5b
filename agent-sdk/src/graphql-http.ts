import { bearer } from './credentials.ts';
import { ConnectionError } from './errors.ts';
import { type Document, errorOfRefusal, type GraphqlErrorEntry, refusalOf } from './graphql-answer.ts';
import type { TraceParent } from './trace-parent.ts';

/** The part of the global fetch that the SDK needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface GraphqlHttpOptions {
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly fetch: Fetch;
  /** How long one operation may take. */
  readonly timeoutMs: number;
}

interface Envelope<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlErrorEntry[];
}

/**
 * Runs one operation by HTTP POST. Throws ConnectionError where trying again may help, UnauthenticatedError,
 * ForbiddenError or PlatformError where the platform refused it, and the signal's reason when that fired.
 */
export async function executeOverHttp<Data, Variables>(
  options: GraphqlHttpOptions,
  document: Document<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
  trace?: TraceParent,
): Promise<Data> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(options.timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await options.fetch(options.url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(options.apiKey === undefined ? {} : bearer(options.apiKey)),
        ...(trace && { traceparent: trace.traceparent, ...(trace.tracestate && { tracestate: trace.tracestate }) }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    const what = timeout.aborted ? `did not answer within ${options.timeoutMs} ms` : `could not be reached`;
    throw new ConnectionError(`The platform ${what}.`, { cause });
  }
  return dataOf(parsed<Data>(text), response.status);
}

function parsed<Data>(text: string): Envelope<Data> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function dataOf<Data>(envelope: Envelope<Data> | undefined, status: number): Data {
  if (envelope?.errors?.length) throw errorOfRefusal(refusalOf(envelope.errors));
  if (envelope?.data) return envelope.data;
  throw new ConnectionError(`The platform answered with HTTP ${status} and no GraphQL result.`);
}
