import { beforeEach, describe, expect, it } from 'vitest';
import type { Closure } from '../../agent-sdk/src/closure.ts';
import { type ChannelListener, ConnectionLoop, type Dialled } from '../../agent-sdk/src/connection-loop.ts';
import { AgentStoppedError } from '../../agent-sdk/src/errors.ts';
import { FakeTransport } from './fake-channel.ts';
import { FakeClock, settled } from './fake-clock.ts';

const cut = { kind: 'closed', code: 1006, reason: '' } as const;
const shuttingDown = { kind: 'closed', code: 1001, reason: '' } as const;

describe('ConnectionLoop', () => {
  let clock: FakeClock;
  let transport: FakeTransport;
  let delays: number[];
  let opened: number;
  let running: Promise<void>;
  let loop: ConnectionLoop;
  let listener: ChannelListener;

  beforeEach(() => {
    clock = new FakeClock();
    transport = new FakeTransport();
    delays = [];
    opened = 0;
    listener = {
      opened: () => {
        opened += 1;
      },
      lost: (_verdict, retryInMs) => void delays.push(retryInMs),
      received() {},
      cancelled() {},
      answered() {},
    };
    loop = newLoop([{ base: 'http://node-0', transport }]);
    running = loop.run();
  });

  const newLoop = (transports: readonly [Dialled, ...Dialled[]]) =>
    new ConnectionLoop({
      transports,
      clock,
      random: () => 1 - Number.EPSILON,
      backoffBaseMs: 250,
      backoffCapMs: 30_000,
      openTimeoutMs: 30_000,
      stableAfterMs: 10_000,
      listener,
    });

  async function lose(closure: Parameters<FakeTransport['last']['lose']>[0]) {
    transport.last.lose(closure);
    await settled();
  }

  async function open() {
    transport.last.events.opened();
    await settled();
  }

  it('tries for ever, each time with a longer delay', async () => {
    await settled();
    for (let time = 0; time < 10; time += 1) {
      await lose(cut);
      await clock.advance(30_000);
    }
    expect(delays).toEqual([249, 499, 999, 1_999, 3_999, 7_999, 15_999, 29_999, 29_999, 29_999]);
    expect(transport.channels).toHaveLength(11);
  });

  it('begins anew after a connection that lived long enough, and not after a short one', async () => {
    await settled();
    await lose(cut);
    await clock.advance(249);
    await open();
    await clock.advance(9_999);
    await lose(cut);
    await clock.advance(499);
    await open();
    await clock.advance(10_000);
    await lose(cut);
    expect(delays).toEqual([249, 499, 249]);
    expect(opened).toBe(2);
  });

  it('follows a node that shuts down at once, but not one that does so again and again', async () => {
    await settled();
    await open();
    await clock.advance(10_000);
    await lose(shuttingDown);
    await clock.advance(249);
    for (let time = 0; time < 3; time += 1) {
      await open();
      await lose(shuttingDown);
      await clock.advance(30_000);
    }
    expect(delays).toEqual([249, 249, 499, 999]);
  });

  it('takes a random part of the time over which a node that shuts down spreads its agents', async () => {
    await settled();
    await open();
    await clock.advance(10_000);
    await lose({ ...shuttingDown, reason: 'The node is shutting down; connect again within 5 s.' });
    await clock.advance(4_999);
    await open();
    await lose({ ...shuttingDown, reason: 'The node is shutting down; connect again within 1 s.' });
    expect(delays).toEqual([4_999, 999]);
  });

  it('waits long where only somebody’s action can help', async () => {
    await settled();
    await lose({ kind: 'closed', code: 4009, reason: '' });
    expect(delays).toEqual([29_999]);
  });

  it('stops for good when the platform turns it away', async () => {
    await settled();
    transport.last.lose({ kind: 'closed', code: 4001, reason: 'key revoked' });
    const error = await running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AgentStoppedError);
    expect(error).toMatchObject({ closeCode: 4001, reason: 'key revoked' });
    expect(clock.pending).toBe(0);
  });

  it('gives up a channel that does not open, and dials another', async () => {
    await settled();
    await clock.advance(30_000);
    expect(transport.channels[0]?.abandonedFor).toEqual(['the channel did not open in time']);
    await clock.advance(250);
    expect(transport.channels).toHaveLength(2);
  });

  it('does not heed the late words of a channel that is gone', async () => {
    await settled();
    await lose(cut);
    await clock.advance(249);
    await open();
    transport.channels[0]?.events.opened();
    transport.channels[0]?.lose(cut);
    await settled();
    expect(opened).toBe(1);
    expect(delays).toHaveLength(1);
  });

  it('closes the channel when it is stopped', async () => {
    await settled();
    await open();
    loop.stop();
    await running;
    expect(transport.last.isClosed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('stops between two tries, too', async () => {
    await settled();
    await lose(cut);
    loop.stop();
    await running;
    await clock.advance(60_000);
    expect(transport.channels).toHaveLength(1);
  });

  describe('with several URLs', () => {
    /** How often each of them has been dialled. */
    const dialled = () => transports.map(({ channels }) => channels.length);
    let transports: readonly [FakeTransport, FakeTransport];

    beforeEach(async () => {
      loop.stop();
      await running;
      delays = [];
      transports = [new FakeTransport(), new FakeTransport()];
      const [first, second] = transports.map((each, n) => ({ base: `http://node-${n}`, transport: each }));
      if (!first || !second) throw new Error('there are two');
      loop = newLoop([first, second]);
      running = loop.run();
      await settled();
    });

    async function loseOf(index: 0 | 1, closure: Closure) {
      transports[index].last.lose(closure);
      await settled();
    }

    async function openAt(index: 0 | 1, livedMs: number) {
      transports[index].last.events.opened();
      await settled();
      await clock.advance(livedMs);
    }

    it('dials the next where one does not answer, and waits longer after each round of all', async () => {
      for (let round = 0; round < 3; round += 1) {
        for (const index of [0, 1] as const) {
          await loseOf(index, cut);
          await clock.advance(30_000);
        }
      }
      expect(delays).toEqual([249, 249, 249, 499, 249, 999]);
      expect(dialled()).toEqual([4, 3]);
    });

    it('keeps to the one that works: once cut it is dialled again, before the next', async () => {
      await loseOf(0, cut);
      await clock.advance(249);
      await openAt(1, 10_000);
      await loseOf(1, cut);
      await clock.advance(249);
      expect(dialled()).toEqual([1, 2]);
      await loseOf(1, cut);
      await clock.advance(249);
      expect(dialled()).toEqual([2, 2]);
      expect(delays).toEqual([249, 249, 249]);
    });

    it('goes elsewhere when it is sent away, and stops where it is turned away', async () => {
      await openAt(0, 10_000);
      await loseOf(0, shuttingDown);
      await clock.advance(249);
      expect(dialled()).toEqual([1, 1]);
      transports[1].last.lose({ kind: 'closed', code: 4001, reason: '' });
      await expect(running).rejects.toBeInstanceOf(AgentStoppedError);
    });
  });
});
