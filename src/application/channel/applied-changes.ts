import type { Request } from '../../domain/request.ts';
import type { HeldRequest } from '../ports/request-store.ts';
import type { NodeChannels } from './node-channels.ts';

/** Why an agent is to stop working on what another of its channels has finished. */
const FINISHED_ELSEWHERE = 'Another channel of the agent finished the request.';

/**
 * Called with an agent whose channels may have room again, and with the sender whose request has left one of them; with null
 * where it was only acked.
 */
type OnRoom = (agentId: string, leftOf: string | null) => void;

/** What became of requests that channels of this node hold, or held before others did: the channels follow it. */
export class AppliedChanges {
  readonly #channels: NodeChannels;
  readonly #onRoom: OnRoom;

  constructor(channels: NodeChannels, onRoom: OnRoom) {
    this.#channels = channels;
    this.#onRoom = onRoom;
  }

  /** An open request changed. */
  change(request: HeldRequest): void {
    const channel = this.#channels.holderOf(request.id, request.agentId);
    if (!channel) return;
    if (request.attempts < (channel.attemptOf(request.id) ?? 0)) {
      // A late hint of an attempt before the one that it holds.
      return;
    }
    const isElsewhere = request.channelId !== channel.record.id;
    if (isElsewhere) channel.passOn(request.id);
    else if (request.status === 'ACKED') channel.markAcked(request.id);
    this.#onRoom(request.agentId, isElsewhere ? request.senderId : null);
  }

  /** A request is over. All that were given it are told, but for the one that finished it. */
  end({ id, agentId, senderId, channelId, attempts, deliveries, outcomeAttempt, error }: Request): void {
    const finisher = deliveries.find(({ attempt }) => attempt === outcomeAttempt)?.channelId;
    const reason = finisher === undefined ? error?.message : FINISHED_ELSEWHERE;
    let isKnown = false;
    for (const channel of this.#channels.ofAgent(agentId)) {
      if (!channel.wasGiven(id)) continue;
      isKnown = true;
      if (channel.record.id === finisher) channel.release(id);
      else channel.withdraw(id, reason ?? 'The request is over.');
    }
    if (isKnown) this.#onRoom(agentId, senderId);
    // It may be over before its delivery has come.
    else if (channelId !== null) this.#channels.get(channelId)?.ignoreUpTo(id, attempts);
  }
}
