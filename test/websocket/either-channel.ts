import { expect } from 'vitest';
import { type Agent, openChannel } from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

export type Delivered = {
  readonly requestId: string;
  readonly action: string;
  readonly params: unknown;
  readonly senderId: string;
  readonly attempt: number;
  readonly expiresAt: string;
};

export type Refusal = 'not-found' | 'finished' | 'invalid';

/** An agent's channel, whichever socket it is behind. */
export type EitherChannel = {
  received(requestId: string): Promise<Delivered>;
  /** Why it was withdrawn. */
  cancelled(requestId: string): Promise<string>;
  ack(requestId: string): Promise<unknown>;
  complete(requestId: string, result?: unknown): Promise<unknown>;
  fail(requestId: string, error: { code: string; message: string }): Promise<unknown>;
  /** How the platform refused what was just said. */
  refusal(said: Promise<unknown>): Promise<Refusal>;
  /** Deliveries that came and were not taken. */
  pending(): readonly unknown[];
  close(): Promise<void>;
  closeCode(): Promise<number>;
};

export type ChannelKind = {
  readonly name: 'raw WebSocket' | 'GraphQL subscription';
  open(platform: Pick<TestPlatform, 'url' | 'socketUrl'>, agent: Agent): Promise<EitherChannel>;
};

const RAW_REFUSALS: Readonly<Record<string, Refusal>> = {
  request_not_found: 'not-found',
  request_finished: 'finished',
  invalid_message: 'invalid',
};

const rawChannel: ChannelKind = {
  name: 'raw WebSocket',
  async open(platform, agent) {
    const channel = await RawChannel.open(platform, agent);
    return {
      async received(id) {
        const { request_id, action, params, sender_id, attempt, expires_at } = await channel.received(id);
        return { requestId: request_id, action, params, senderId: sender_id, attempt, expiresAt: expires_at };
      },
      cancelled: async (id) => (await channel.cancelled(id)).reason,
      ack: async (id) => channel.ack(id),
      complete: async (id, result) => channel.complete(id, result),
      fail: async (id, error) => channel.fail(id, error),
      async refusal() {
        const { code } = await channel.error();
        expect(Object.keys(RAW_REFUSALS)).toContain(code);
        return RAW_REFUSALS[code] ?? 'invalid';
      },
      pending: () => channel.messages.pending(),
      close: () => channel.close(),
      closeCode: () => channel.closeCode(),
    };
  },
};

const GRAPHQL_REFUSALS: Readonly<Record<string, Refusal>> = {
  RequestNotFoundError: 'not-found',
  RequestFinishedError: 'finished',
  InvalidInputError: 'invalid',
};

const graphqlChannel: ChannelKind = {
  name: 'GraphQL subscription',
  async open(platform, agent) {
    const channel = await openChannel(platform, agent);
    const say = async (field: string, input: object) =>
      (await mutate(platform, field, input, 'request { id status }', agent)).__typename as string;
    return {
      async received(id) {
        const { __typename, ...delivered } = await channel.received(id);
        return delivered;
      },
      cancelled: async (id) => (await channel.cancelled(id)).reason,
      ack: (requestId) => say('acknowledgeRequest', { requestId }),
      complete: (requestId, result = null) => say('completeRequest', { requestId, result }),
      fail: (requestId, error) => say('failRequest', { requestId, ...error }),
      async refusal(said) {
        const type = String(await said);
        expect(Object.keys(GRAPHQL_REFUSALS)).toContain(type);
        return GRAPHQL_REFUSALS[type] ?? 'invalid';
      },
      pending: () => channel.events.pending(),
      close: () => channel.close(),
      closeCode: async () => ((await channel.events.ended()) as { error: { code: number } }).error.code,
    };
  },
};

export const CHANNEL_KINDS: readonly ChannelKind[] = [rawChannel, graphqlChannel];
