import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { EventQueue } from '../../application/event-queue.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Request } from '../../domain/request.ts';

/** In how many milliseconds an EventSource connects again. */
const RETRY_MS = 2_000;
/** A comment, which clients pass over (HTML, section 9.2.6): it keeps proxies from taking the stream for dead. */
const STILL_HERE = ': still here\n\n';

type Options = {
  /** The revision that the client has; only later ones are sent. 0 for none. */
  readonly seenRevision: number;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** A request as it is sent: JSON. */
  readonly textOf: (request: Request) => Promise<string>;
};

/**
 * A request's changes as server-sent events (HTML, section 9.2), each with its revision as the id, until the request
 * is final. A client that reads slowly slows it down; one that does not read falls behind the updates' own bound, and
 * its stream is cut.
 */
export function eventsOf(
  first: Request | null,
  updates: EventQueue<Request>,
  { seenRevision, clock, heartbeatMs, textOf }: Options,
): { readonly stream: Readable; readonly end: () => void } {
  const stream = new PassThrough();
  const closed = new AbortController();
  const stopHeartbeat = clock.every(heartbeatMs, () => {
    if (!stream.writableNeedDrain && !stream.writableEnded) stream.write(STILL_HERE);
  });
  stream.once('close', () => {
    stopHeartbeat();
    closed.abort();
    void updates.return();
  });

  async function send(request: Request): Promise<void> {
    // Progress is no change, and has the revision that it was made at.
    const isProgress = request.revision === seenRevision && request.progress !== (first?.progress ?? null);
    if (stream.writableEnded || (request.revision <= seenRevision && !isProgress)) return;
    const text = await textOf(request);
    if (stream.writableEnded) return;
    const isRoom = stream.write(eventOf(request.revision, text));
    if (!isRoom) await once(stream, 'drain', { signal: closed.signal });
  }

  async function sendAll(): Promise<void> {
    if (first !== null) await send(first);
    for await (const update of updates) await send(update);
    if (!stream.writableEnded) stream.end();
  }

  stream.write(`retry: ${RETRY_MS}\n\n`);
  // It is not read fast enough, or is closed already.
  sendAll().catch(() => stream.destroy());
  return { stream, end: () => stream.end() };
}

/** Each line of the data has its own field, so that it may have several. */
const eventOf = (revision: number, data: string): string =>
  `id: ${revision}\nevent: request\n${data.replaceAll(/^/gm, 'data: ')}\n\n`;

/** The revision of `Last-Event-ID`; 0 for one that is none of ours. */
export const revisionOf = (lastEventId: string | undefined): number =>
  lastEventId !== undefined && /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) : 0;
