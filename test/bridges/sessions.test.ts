import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { eachLine, LINE_MAX } from '../../cli/src/bridge/lines.ts';
import { Sessions } from '../../cli/src/bridge/sessions.ts';

/** Sessions that are open at once, and end when the test says so. */
function sessionsOf(options: { readonly max: number; readonly waitMs: number; readonly waitersMax: number }) {
  const opened: { end: () => void; isClosed: boolean }[] = [];
  const sessions = new Sessions({
    ...options,
    idleMs: 60_000,
    open: async () => {
      const ended = Promise.withResolvers<void>();
      const state = { end: () => ended.resolve(), isClosed: false };
      const index = opened.push(state) - 1;
      return {
        index,
        ended: ended.promise,
        close: async () => {
          state.isClosed = true;
        },
      };
    },
  });
  return { opened, sessions };
}

const { signal } = new AbortController();
const indexOf = async ({ index }: { readonly index: number }) => index;

it('gives a sender the same session until it ends, and each sender another one', async () => {
  const { opened, sessions } = sessionsOf({ max: 2, waitMs: 0, waitersMax: 1 });
  expect(await sessions.use('ada', signal, indexOf)).toBe(0);
  expect(await Promise.all(['ada', 'ben'].map((sender) => sessions.use(sender, signal, indexOf)))).toEqual([0, 1]);
  opened[0]?.end();
  await new Promise(setImmediate);
  expect(await sessions.use('ada', signal, indexOf)).toBe(2);
  await sessions.close();
  expect(opened.every(({ isClosed }) => isClosed)).toBe(true);
  await expect(sessions.use('ada', signal, indexOf)).rejects.toThrow();
});

it('lets a further sender wait for a place, and says that it is busy where it waits in vain or too many do', async () => {
  const { opened, sessions } = sessionsOf({ max: 1, waitMs: 30_000, waitersMax: 1 });
  await sessions.use('ada', signal, indexOf);
  const waiting = sessions.use('ben', signal, indexOf);
  await expect(sessions.use('charles', signal, indexOf)).rejects.toMatchObject({ code: 'busy' });
  opened[0]?.end();
  expect(await waiting).toBe(1);

  const impatient = sessionsOf({ max: 1, waitMs: 1, waitersMax: 1 });
  await impatient.sessions.use('ada', signal, indexOf);
  await expect(impatient.sessions.use('ben', signal, indexOf)).rejects.toMatchObject({ code: 'busy' });

  const cancelled = new AbortController();
  const given = sessions.use('charles', cancelled.signal, indexOf);
  cancelled.abort(new Error('nobody wants it'));
  await expect(given).rejects.toThrow('nobody wants it');
});

it('gives a sender another session after one that could not be opened', async () => {
  let tries = 0;
  const sessions = new Sessions({
    max: 1,
    idleMs: 60_000,
    waitMs: 0,
    waitersMax: 0,
    open: async () => {
      tries += 1;
      if (tries === 1) throw new Error('not there');
      return { ended: new Promise<void>(() => {}), close: async () => {} };
    },
  });
  await expect(sessions.use('ada', signal, async () => 'done')).rejects.toThrow('not there');
  expect(await sessions.use('ben', signal, async () => 'done')).toBe('done');
});

it('hears lines whole, the last one too, and long ones cut', async () => {
  const lines: string[] = [];
  const stream = new PassThrough();
  eachLine(stream, (line) => lines.push(line));
  for (const part of ['on', 'e\r', '\ntwo\n\nGr', Buffer.from([0xc3]), Buffer.from([0xbc]), 'ße\n']) stream.write(part);
  stream.write('x'.repeat(3 * LINE_MAX));
  stream.write(`${'x'.repeat(LINE_MAX)}\nlast`);
  stream.end();
  await new Promise((resolve) => stream.on('close', resolve));
  expect(lines).toEqual(['one', 'two', '', 'Grüße', `${'x'.repeat(LINE_MAX)}…`, 'last']);
});

it('lets go of whoever gives up while a session is opened', async () => {
  const opening = Promise.withResolvers<{ ended: Promise<void>; close: () => Promise<void> }>();
  const sessions = new Sessions({ max: 1, waitMs: 0, waitersMax: 0, idleMs: 60_000, open: () => opening.promise });
  const [gone, reason] = [new AbortController(), new Error('The request was cancelled.')];
  const used = sessions.use('ada', gone.signal, async () => 'done');
  gone.abort(reason);
  await expect(used).rejects.toBe(reason);
  opening.resolve({ ended: new Promise(() => {}), close: async () => {} });
  expect(await sessions.use('ada', signal, async () => 'done')).toBe('done');
  await sessions.close();
});
