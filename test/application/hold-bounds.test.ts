import { describe, expect, it } from 'vitest';
import { heldMax, holdBounds } from '../../src/application/approvals/hold-bounds.ts';
import { createApprovalSettingsOf } from '../../src/application/approvals/settings-of.ts';

const LIMITS = {
  pendingPerAgentMax: 200,
  pendingMax: 10_000,
  openRequestsMax: 100_000,
  openBytesMax: 1_073_741_824,
  expiryMaxSeconds: 604_800,
};

const defaults = async () => {
  const settings = { approvalWindowSeconds: 86_400 };
  const [chosen] = await createApprovalSettingsOf({
    approvalSettings: { active: async () => [null], set: async () => null },
    settings,
  })(['an agent']);
  if (chosen === undefined) throw new Error('There are no settings.');
  return chosen;
};

describe('what may be held', () => {
  it('leaves most of the platform free whatever ten senders do at however many agents', async () => {
    const inAll = heldMax(LIMITS);
    const { ofSender } = holdBounds(LIMITS, await defaults());
    for (const of of ['requests', 'bytes'] as const) {
      const open = of === 'requests' ? LIMITS.openRequestsMax : LIMITS.openBytesMax;
      expect(10 * ofSender[of]).toBeLessThanOrEqual(open / 40);
      expect(10 * ofSender[of]).toBeLessThanOrEqual(inAll[of] / 10);
      expect(inAll[of]).toBeLessThanOrEqual(open / 4);
    }
  });

  it('is never so little that one request of any size would find no room where nothing is held', async () => {
    const least = { ...LIMITS, pendingMax: 1, pendingPerAgentMax: 1, openRequestsMax: 100, openBytesMax: 1_048_576 };
    const inAll = heldMax(least);
    const { ofSenderAtAgent, ofAgent, ofSender } = holdBounds(least, await defaults());
    for (const bound of [ofSenderAtAgent, ofAgent, ofSender, inAll]) {
      expect(bound.requests).toBeGreaterThanOrEqual(1);
      expect(bound.bytes).toBeGreaterThanOrEqual(65_536);
    }
  });
});
