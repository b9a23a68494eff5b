import { describe, expect, it, onTestFinished } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  registerSender,
  submitAccepted,
} from '../testkit/actors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from '../websocket/raw-channel.ts';
import { expectProblem, rest } from './rest-client.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });

type Frame = { readonly id?: string; readonly event?: string; readonly data?: string; readonly comment?: string };

/** Follows a request over server-sent events, as an EventSource does; every block is a frame. */
async function follow(at: Pick<TestPlatform, 'url'>, id: string, apiKey: string, headers = {}) {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${at.url}/v1/requests/${id}/events`, {
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    signal: abort.signal,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it follows
  const frames = new Mailbox<any>();
  void read(response, frames);
  return { response, frames, close: () => abort.abort() };
}

async function read(response: Response, frames: Mailbox<unknown>): Promise<void> {
  let text = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) frames.put(frameOf(block));
    }
    frames.end({ end: true });
  } catch (error) {
    frames.end({ error: String(error) });
  }
}

function frameOf(block: string): Frame & { readonly request?: unknown } {
  const fields = block.split('\n').map((line) => /^([^:]*): ?(.*)$/.exec(line) ?? []);
  const of = (name: string) => fields.filter(([, field]) => field === name).map(([, , value = '']) => value);
  const [id] = of('id');
  const [event] = of('event');
  const data = of('data').join('\n');
  const [comment] = of('');
  return {
    ...(id !== undefined && { id }),
    ...(event !== undefined && { event }),
    ...(comment !== undefined && { comment }),
    ...(data !== '' && { request: JSON.parse(data) }),
  };
}

const isEvent = (status: string) => (frame: { event?: string; request?: { status: string } }) =>
  frame.event === 'request' && frame.request?.status === status;

describe('a request that is followed', () => {
  it('is told of its progress under the revision that it has, also to who has seen that', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    const { frames } = await follow(platform, id, sender.apiKey);
    channel.send({ type: 'progress', request_id: id, progress: 1, total: 3, message: 'Begins' });
    const isAt = (value: number) => (frame: { request?: { status: string; progress: { value: number } | null } }) =>
      frame.request?.status === 'acked' && frame.request.progress?.value === value;
    const first = await frames.take(isAt(1), 'progress');
    expect(first).toMatchObject({
      event: 'request',
      id: '2',
      request: { progress: { value: 1, total: 3, message: 'Begins' } },
    });
    const again = await follow(platform, id, sender.apiKey, { 'last-event-id': '2' });
    channel.send({ type: 'progress', request_id: id, progress: 2 });
    clock.advance(500);
    for (const each of [frames, again.frames]) expect(await each.take(isAt(2), 'progress')).toMatchObject({ id: '2' });
  });

  it('is told at each change, as it is read, until it is final, and the stream ends', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    const { response, frames } = await follow(platform, id, sender.apiKey);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    await frames.take(isEvent('dispatched'), 'dispatched');
    await channel.received(id);
    await acknowledge(platform, agent, id);
    const acked = await frames.take(isEvent('acked'), 'acked');
    await complete(platform, agent, id, { text: 'one\ntwo' });
    const completed = await frames.take(isEvent('completed'), 'completed');
    expect(Number(completed.id)).toBeGreaterThan(Number(acked.id));
    expect(completed.request).toEqual((await rest(platform, 'GET', `/v1/requests/${id}`, { key: sender.apiKey })).body);
    expect(await frames.ended()).toEqual({ end: true });
  });

  it('is told at an ack and at the outcome that comes with it, in their order', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    const { frames } = await follow(platform, id, sender.apiKey);
    await frames.take(isEvent('dispatched'), 'dispatched');
    await channel.received(id);
    channel.ack(id);
    channel.complete(id, 'done');
    const frame = (name: string) => frames.take((each: Frame) => each.event === 'request', name);
    expect((await frame('acked')).request.status).toBe('acked');
    expect((await frame('completed')).request.status).toBe('completed');
    expect(await frames.ended()).toEqual({ end: true });
  });

  it('is told to its agent, too, and to nobody else', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { frames } = await follow(platform, id, agent.apiKey);
    await frames.take(isEvent('pending'), 'pending');
    const stranger = await registerSender(platform);
    const path = `/v1/requests/${id}/events`;
    expectProblem(await rest(platform, 'GET', path, { key: stranger.apiKey }), 404, 'request-not-found');
    expectProblem(await rest(platform, 'GET', path), 401, 'unauthenticated');
  });

  it('goes on after the last event that was received, and not once more when that was the last one', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const first = await follow(platform, id, sender.apiKey);
    const pending = await first.frames.take(isEvent('pending'), 'pending');
    first.close();
    const again = await follow(platform, id, sender.apiKey, { 'last-event-id': pending.id });
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    const next = await again.frames.take((frame: Frame) => frame.event !== undefined, 'the next event');
    expect(next.request.status).toBe('cancelled');
    const over = await follow(platform, id, sender.apiKey, { 'last-event-id': next.id });
    expect(over.response.status).toBe(204);
    const nonsense = await follow(platform, id, sender.apiKey, { 'last-event-id': 'nonsense' });
    expect((await nonsense.frames.take(isEvent('cancelled'), 'cancelled')).id).toBe(next.id);
  });

  it('is kept open by comments while nothing happens', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { frames } = await follow(platform, id, sender.apiKey);
    await frames.take(isEvent('pending'), 'pending');
    clock.advance(16_000);
    await frames.take((frame: Frame) => frame.comment === 'still here', 'a comment');
  });

  it('is told no more once the key has ended', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', sender);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { frames } = await follow(platform, id, apiKey);
    await frames.take(isEvent('pending'), 'pending');
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: key.id }, 'key { id }', sender);
    expect(await frames.ended()).toEqual({ end: true });
  });

  it('lets a node stop at once, and ends as a stream does', async () => {
    const stopping = await platformForTest({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { agent, sender } = await agentAndSender(stopping);
    const { id } = await submitAccepted(stopping, agent, sender, { whenOffline: 'QUEUE' });
    const { frames } = await follow(stopping, id, sender.apiKey);
    await frames.take(isEvent('pending'), 'pending');
    await within(stopping.stop(), 'stop');
    expect(await frames.ended()).toEqual({ end: true });
  });

  it('counts among the streams that an address may hold, together with those of GraphQL', async () => {
    const narrow = await platformForTest({ env: { STREAMS_PER_ADDRESS_MAX: '1' } });
    const { agent, sender } = await agentAndSender(narrow);
    const { id } = await submitAccepted(narrow, agent, sender, { whenOffline: 'QUEUE' });
    const first = await follow(narrow, id, sender.apiKey);
    await first.frames.take(isEvent('pending'), 'pending');
    const path = `/v1/requests/${id}/events`;
    const refused = await rest(narrow, 'GET', path, { key: sender.apiKey });
    expectProblem(refused, 503, 'too-many-streams');
    expect(refused.headers.get('retry-after')).toBe('5');
    const overGraphql = await rest(narrow, 'POST', '/graphql', {
      key: sender.apiKey,
      headers: { accept: 'text/event-stream' },
      body: { query: `subscription { requestUpdates(requestId: "${id}") { id } }` },
    });
    expect(overGraphql.status).toBe(503);
    first.close();
    await eventually(async () => {
      const next = await follow(narrow, id, sender.apiKey);
      expect(next.response.status).toBe(200);
    });
  });

  it('has no answer to HEAD, which would hold a stream that nobody reads', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { status } = await rest(platform, 'HEAD', `/v1/requests/${id}/events`, { key: sender.apiKey });
    expect(status).toBe(405);
  });
});
