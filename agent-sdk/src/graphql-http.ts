import { textWithin } from './answer-limit.ts';
import { bearer } from './credentials.ts';
import { AnswerTooLargeError, ConnectionError } from './errors.ts';
import { type Document, errorOfRefusal, type GraphqlErrorEntry, refusalOf } from './graphql-answer.ts';
import type { PlatformUrls } from './platform-urls.ts';
import type { TraceParent } from './trace-parent.ts';

/** The part of the global fetch that the SDK needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface GraphqlHttpOptions {
  readonly urls: PlatformUrls;
  readonly apiKey?: string | undefined;
  readonly fetch: Fetch;
  /** How long one operation may take at one URL. */
  readonly timeoutMs: number;
  /** The largest answer that is read. */
  readonly maxAnswerBytes: number;
}

interface Envelope<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlErrorEntry[];
}

/**
 * Runs one operation by HTTP POST. Throws ConnectionError where trying again may help, UnauthenticatedError,
 * ForbiddenError or PlatformError where the platform refused it, AnswerTooLargeError, and the signal's reason when that fired. Where the platform has
 * several URLs, one that does not answer is left for the next, and what may be asked twice is asked there.
 */
export async function executeOverHttp<Data, Variables>(
  options: GraphqlHttpOptions,
  document: Document<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
  trace?: TraceParent,
): Promise<Data> {
  const { urls } = options;
  for (let tries = 1; ; tries += 1) {
    const endpoints = urls.current;
    try {
      return await executeAt(endpoints.graphqlHttp, options, document, variables, signal, trace);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      urls.leave(endpoints);
      const mayBeAskedTwice = isRepeatable(document, variables) || wasNeverSent(error);
      if (!mayBeAskedTwice || tries >= urls.count) throw error;
    }
  }
}

async function executeAt<Data, Variables>(
  url: string,
  options: GraphqlHttpOptions,
  document: Document<Data, Variables>,
  variables: Variables,
  signal: AbortSignal | undefined,
  trace: TraceParent | undefined,
): Promise<Data> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(options.timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await options.fetch(url, {
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
    text = await textWithin(options.maxAnswerBytes, response);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AnswerTooLargeError) throw cause;
    const what = timeout.aborted ? `did not answer within ${options.timeoutMs} ms` : `could not be reached`;
    throw new ConnectionError(`The platform ${what}.`, { cause });
  }
  return dataOf(parsed<Data>(text), response.status);
}

/** A query changes nothing, and an idempotency key says of a mutation that it is the same one. */
const isRepeatable = (document: { toString(): string }, variables: unknown): boolean =>
  /^\s*query\b/.test(document.toString()) || Object(Object(variables).input).idempotencyKey !== undefined;

/** What Node and its fetch say where no connection was made. */
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function wasNeverSent({ cause }: ConnectionError): boolean {
  return NEVER_CONNECTED.has(Object(Object(cause).cause).code);
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
