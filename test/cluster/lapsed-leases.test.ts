import { describe, expect, it } from 'vitest';
import { agentAndSender, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { GIVES_UP_SOON, nth, startNodes } from '../testkit/cluster.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { CHANNEL_KINDS } from '../websocket/either-channel.ts';

describe.each(CHANNEL_KINDS)('an agent over the $name whose lease has lapsed', ({ name, open }) => {
  /** It hangs on one node, and its replica on another one has taken the request by now. */
  async function lapsedAndTaken() {
    // Nodes count each other when they renew themselves: the first one must know the other before the lease lapses.
    const nodes = await startNodes({ env: { ...GIVES_UP_SOON, DELIVERY_ACK_TIMEOUT_SECONDS: '2' } });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const hung = await open(a, agent);
    const { id } = await submitAccepted(a, agent, sender);
    await hung.received(id);
    const replica = await open(b, agent);
    await replica.received(id);
    await replica.ack(id);
    await untilStatus(a, id, sender, 'ACKED');
    return { a, sender, hung, replica, id };
  }

  it('is told to stop when its replica on another node finishes the request', async () => {
    const { a, sender, hung, replica, id } = await lapsedAndTaken();
    await replica.complete(id, 'done');
    await untilStatus(a, id, sender, 'COMPLETED');
    expect(await hung.cancelled(id)).toBe('Another channel of the agent finished the request.');
    expect(replica.pending()).toEqual([]);
  });

  it('is told to stop when the sender cancels the request, as its replica is', async () => {
    const { a, sender, hung, replica, id } = await lapsedAndTaken();
    const input = { requestId: id, reason: 'Changed my mind' };
    await mutateSuccessfully(a, 'cancelRequest', input, 'request { id }', sender);
    for (const channel of [hung, replica]) expect(await channel.cancelled(id)).toMatch(/Changed my mind/);
  });

  // Over GraphQL nobody knows which channel an outcome is of.
  it.skipIf(name === 'GraphQL subscription')('makes its replica stop when it finishes the request itself', async () => {
    const { a, sender, hung, replica, id } = await lapsedAndTaken();
    await hung.complete(id, 'done');
    await untilStatus(a, id, sender, 'COMPLETED');
    expect(await replica.cancelled(id)).toBe('Another channel of the agent finished the request.');
    // It may have been handed the request again before its replica was there.
    expect(hung.pending()).toEqual([]);
  });
});
