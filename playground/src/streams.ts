import { type Client, createClient, type SubscribePayload } from 'graphql-ws';

/** GraphiQL's view of what it asked for. */
export type Observer = {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
};

/** A subscription that runs. It belongs to the tab that it was started in, and outlives its being shown. */
export type Stream = {
  readonly id: number;
  readonly tab: string;
  readonly title: string;
  readonly startedAt: Date;
  /** The latest ones, oldest first, numbered from 1. */
  readonly events: readonly { readonly number: number; readonly at: Date; readonly value: unknown }[];
  /** Why it is over; null while it runs. */
  readonly end: string | null;
};

const EVENTS_MAX = 50;
const STREAMS_MAX = 20;
const RETRIES_MAX = 5;

type Running = { stream: Stream; readonly client: Client; stop: () => void; observer: Observer | null };

/**
 * The streams of this window. GraphiQL ends a subscription when another tab is opened; here only Stop, Close and the
 * end of its tab do, so that an agent stays connected while its requests are submitted in another tab.
 */
class Streams {
  readonly #running = new Map<number, Running>();
  readonly #listeners = new Set<() => void>();
  #tab = '';
  #shown: readonly Stream[] = [];
  #nextId = 1;

  /** The streams that run or ran, newest first. */
  readonly get = (): readonly Stream[] => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The tab that is shown, and those that there are. */
  setTabs(tab: string, all: readonly string[]): void {
    this.#tab = tab;
    for (const { stream } of this.#running.values()) if (!all.includes(stream.tab)) this.close(stream.id);
  }

  /** Whether a stream runs in the tab that is shown, so that showing it should go on. */
  runsHere(): boolean {
    return this.#ofTab() !== undefined;
  }

  /** What GraphiQL shows of the stream of the tab that is shown; starts one if none runs there. */
  open(url: string, title: string, headers: Readonly<Record<string, string>>, payload: SubscribePayload) {
    const running = this.#ofTab() ?? this.#start(url, title, headers, payload);
    return {
      subscribe: (observer: Observer) => {
        running.observer = observer;
        const latest = running.stream.events.at(-1);
        if (latest) observer.next(latest.value);
        return { unsubscribe: () => this.#letGo(running, observer) };
      },
    };
  }

  close(id: number): void {
    const running = this.#running.get(id);
    if (!running) return;
    running.stop();
    this.#end(running, 'closed');
  }

  /** Takes one that is over off the list. */
  dismiss(id: number): void {
    this.#show(this.#shown.filter((stream) => stream.id !== id));
  }

  /** GraphiQL does the same for Stop and for another tab; which one it was is known when it is done. */
  #letGo(running: Running, observer: Observer): void {
    if (running.observer === observer) running.observer = null;
    queueMicrotask(() => {
      if (running.stream.tab === this.#tab && running.observer === null) this.close(running.stream.id);
    });
  }

  #ofTab(): Running | undefined {
    return [...this.#running.values()].find(({ stream }) => stream.tab === this.#tab);
  }

  #start(url: string, title: string, headers: Readonly<Record<string, string>>, payload: SubscribePayload): Running {
    const client = createClient({
      url,
      connectionParams: headers,
      retryAttempts: RETRIES_MAX,
      // What the platform says with a code of its own is final, but for those that ask to come again.
      shouldRetry: (event) =>
        !(event instanceof CloseEvent) || event.code < 4000 || Math.floor(event.code / 100) === 41,
    });
    const stream: Stream = {
      id: this.#nextId++,
      tab: this.#tab,
      title,
      startedAt: new Date(),
      events: [],
      end: null,
    };
    const running: Running = { stream, client, stop: () => {}, observer: null };
    this.#running.set(stream.id, running);
    this.#show([stream, ...this.#shown].slice(0, STREAMS_MAX));
    running.stop = client.subscribe(payload, {
      next: (value) => this.#heard(running, value),
      error: (cause) => this.#end(running, reasonOf(cause), cause),
      complete: () => this.#end(running, 'completed'),
    });
    return running;
  }

  #heard(running: Running, value: unknown): void {
    const { stream } = running;
    const number = (stream.events.at(-1)?.number ?? 0) + 1;
    const events = [...stream.events, { number, at: new Date(), value }].slice(-EVENTS_MAX);
    this.#change(running, { ...stream, events });
    if (stream.tab === this.#tab) running.observer?.next(value);
  }

  #end(running: Running, end: string, cause?: unknown): void {
    if (!this.#running.delete(running.stream.id)) return;
    this.#change(running, { ...running.stream, end });
    const { observer, client } = running;
    running.observer = null;
    if (cause === undefined) observer?.complete();
    else observer?.error(cause instanceof CloseEvent ? new Error(`The socket was closed with ${end}`) : cause);
    void client.dispose();
  }

  #change(running: Running, stream: Stream): void {
    running.stream = stream;
    this.#show(this.#shown.map((each) => (each.id === stream.id ? stream : each)));
  }

  #show(streams: readonly Stream[]): void {
    this.#shown = streams;
    for (const listener of this.#listeners) listener();
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof CloseEvent) return `${cause.code}: ${cause.reason || 'no reason given'}`;
  if (Array.isArray(cause)) return cause.map((each) => String(each?.message ?? each)).join('; ');
  return cause instanceof Error ? cause.message : 'the platform could not be reached';
}

export const streams = new Streams();
