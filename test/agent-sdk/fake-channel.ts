import type { Answer, Channel, ChannelEvents, ChannelTransport, Delivery } from '../../agent-sdk/src/channel.ts';
import type { Closure } from '../../agent-sdk/src/closure.ts';
import { ChannelLostError } from '../../agent-sdk/src/errors.ts';
import type { Outcome } from '../../agent-sdk/src/outcome.ts';
import type { Progress } from '../../agent-sdk/src/progress.ts';

/** A channel whose other end is the test. */
export class FakeChannel implements Channel {
  readonly acks: string[] = [];
  readonly reports: Array<{ requestId: string; outcome: Outcome }> = [];
  readonly said: Array<Progress & { readonly requestId: string }> = [];
  readonly abandonedFor: string[] = [];
  isClosed = false;
  /** What the platform says; a test puts its own in. */
  onAcknowledge = async (_requestId: string): Promise<Answer> => ({ kind: 'taken' });
  onReport = async (_requestId: string, _outcome: Outcome): Promise<Answer> => ({ kind: 'taken' });
  readonly events: ChannelEvents;

  constructor(events: ChannelEvents = silentEvents) {
    this.events = events;
  }

  acknowledge(requestId: string): Promise<Answer> {
    this.acks.push(requestId);
    return this.onAcknowledge(requestId);
  }

  report(requestId: string, outcome: Outcome): Promise<Answer> {
    this.reports.push({ requestId, outcome });
    return this.onReport(requestId, outcome);
  }

  async progress(requestId: string, progress: Progress): Promise<void> {
    this.said.push({ requestId, ...progress });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.events.closed({ kind: 'closed', code: 1000, reason: '' });
  }

  abandon(reason: string): void {
    this.abandonedFor.push(reason);
    this.lose({ kind: 'closed', code: 1006, reason });
  }

  lose(closure: Closure): void {
    this.events.closed(closure);
  }
}

export class FakeTransport implements ChannelTransport {
  readonly name = 'graphql';
  readonly channels: FakeChannel[] = [];

  connect(events: ChannelEvents): Channel {
    const channel = new FakeChannel(events);
    this.channels.push(channel);
    return channel;
  }

  /** The one dialled last. */
  get last(): FakeChannel {
    const channel = this.channels.at(-1);
    if (!channel) throw new Error('nothing was dialled');
    return channel;
  }
}

const silentEvents: ChannelEvents = {
  opened() {},
  received() {},
  cancelled() {},
  answered() {},
  closed() {},
};

export const lost = async (): Promise<never> => {
  throw new ChannelLostError('lost');
};

export const deliveryOf = (requestId: string, more: Partial<Delivery> = {}): Delivery => ({
  requestId,
  action: 'anything.do',
  params: {},
  senderId: 'sender-1',
  attempt: 1,
  expiresAt: '2026-02-11T00:05:00Z',
  ...more,
});
