import type { Agent } from '../../../domain/agent.ts';
import type { JsonObject } from '../../../domain/json/json.ts';
import type { JsonText } from '../../../domain/json/json-text.ts';
import type { AgentRules } from '../../../domain/limits.ts';
import type { QueueSlots } from '../queue-slots.ts';
import type { Attempt } from './attempt.ts';
import { refuseBlocked } from './blocked.ts';
import { refuseOtherAgent } from './expected-agent.ts';
import { refuseKnownFull } from './known-full.ts';
import { refuseOverOwnersOpen, refuseOverOwnersRates } from './owner-limits.ts';
import { refusePlatformFull } from './platform-full.ts';
import { refuseStorageFull } from './storage-full.ts';
import { refuseSuspended } from './suspended.ts';

/** What is known of a request before the pipeline decides about it. */
export type Submission = {
  /** The sender's id, which the request is stored with. */
  readonly senderId: string;
  readonly isSenderSuspended: boolean;
  readonly agent: Agent;
  /** The id that the agent must have, where its sender says so. */
  readonly expectedAgentId: string | null;
  readonly params: JsonText<JsonObject>;
  readonly whenOffline: 'REJECT' | 'QUEUE';
  /** What the agent's owner set. */
  readonly rules: AgentRules;
  readonly attempt: Attempt;
};

/**
 * A reason to turn a request away before anything is computed or stored for it: throws one of SUBMIT_REQUEST_ERRORS.
 * Answers a promise only where it has something to wait for.
 */
export type AdmissionCheck = (submission: Submission) => Promise<void> | undefined;

/**
 * What comes between knowing whom a request is for and the pipeline, in this order; the first refusal counts. A
 * repetition under a known idempotency key does not come by here. Most checks have nothing to wait for, and then neither
 * has whoever submits.
 */
export function createAdmit(
  deps: Parameters<typeof refusePlatformFull>[0] &
    Parameters<typeof refuseStorageFull>[0] &
    Parameters<typeof refuseOverOwnersOpen>[0] & { readonly slots: Pick<QueueSlots, 'refuseKnown'> },
): AdmissionCheck {
  const checks: readonly AdmissionCheck[] = [
    refuseOtherAgent,
    refuseSuspended,
    refuseBlocked,
    refuseKnownFull(deps),
    refusePlatformFull(deps),
    refuseStorageFull(deps),
    refuseOverOwnersOpen(deps),
    // Last, since what is refused for another reason takes no point.
    refuseOverOwnersRates(deps),
  ];

  function admitFrom(first: number, submission: Submission): Promise<void> | undefined {
    for (let index = first; index < checks.length; index += 1) {
      const waiting = checks[index]?.(submission);
      if (waiting !== undefined) return waiting.then(() => admitFrom(index + 1, submission));
    }
    return undefined;
  }

  return (submission) => admitFrom(0, submission);
}
