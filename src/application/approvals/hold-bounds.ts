import type { Amount } from '../../domain/amount.ts';
import type { ApprovalSettings } from '../../domain/approval-settings.ts';
import { PAYLOAD_MAX_BYTES } from '../../domain/request.ts';
import type { HoldBound, HoldBounds } from '../ports/approval-store.ts';

/** Of the params of what is held at one agent; a quarter of it is of one sender. */
const BYTES_PER_AGENT_MAX = 8 * 1024 * 1024;
const SENDER_PART_AT_AGENT = 4;
/** What is held has this part of what may be open on the platform. */
const HELD_PART_OF_OPEN = 4;
/** One sender has this part of all that is held, at all agents together. */
const SENDER_PART = 100;

export type HoldLimits = {
  readonly pendingPerAgentMax: number;
  readonly pendingMax: number;
  readonly openRequestsMax: number;
  readonly openBytesMax: number;
  readonly expiryMaxSeconds: number;
};

/** What may be held on the platform. One request of any size fits where nothing is. */
export const heldMax = (limits: HoldLimits): Amount => ({
  requests: Math.max(1, Math.min(limits.pendingMax, Math.floor(limits.openRequestsMax / HELD_PART_OF_OPEN))),
  bytes: Math.max(PAYLOAD_MAX_BYTES, Math.floor(limits.openBytesMax / HELD_PART_OF_OPEN)),
});

/** What may be held of a sender and of an agent, by what the operator and the agent's owner say. */
export function holdBounds(limits: HoldLimits, chosen: ApprovalSettings): Omit<HoldBounds, 'hasRoomInAll'> {
  const inAll = heldMax(limits);
  return {
    ofSenderAtAgent: { requests: chosen.pendingPerSenderMax, bytes: BYTES_PER_AGENT_MAX / SENDER_PART_AT_AGENT },
    ofSenderAtAgentInAnHour: chosen.perSenderPerHour,
    ofAgent: { requests: limits.pendingPerAgentMax, bytes: BYTES_PER_AGENT_MAX },
    ofSender: {
      requests: Math.max(1, Math.floor(inAll.requests / SENDER_PART)),
      bytes: Math.max(PAYLOAD_MAX_BYTES, Math.floor(inAll.bytes / SENDER_PART)),
    },
    denyCoolDownSeconds: chosen.denyCoolDownSeconds,
    windowMaxSeconds: limits.expiryMaxSeconds,
  };
}

/** What the sender is told. Nothing of it says how much others use. */
export function overText(over: HoldBound, bounds: Omit<HoldBounds, 'hasRoomInAll'>): string {
  const { ofSenderAtAgent, ofSenderAtAgentInAnHour, ofSender } = bounds;
  switch (over) {
    case 'sender-at-agent':
      return `Of one sender ${ofSenderAtAgent.requests} requests to this agent may wait for an approval, with params of ${ofSenderAtAgent.bytes} bytes in all.`;
    case 'hour':
      return `One sender may ask for ${ofSenderAtAgentInAnHour} approvals of this agent within an hour.`;
    case 'sender':
      return `Of one sender ${ofSender.requests} requests may wait for approvals at all agents together, with params of ${ofSender.bytes} bytes in all.`;
    case 'agent':
      return 'As many requests to this agent wait for an approval as may.';
    case 'all':
      return 'As many requests wait for approvals on this platform as may.';
  }
}
