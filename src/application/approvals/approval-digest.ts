import type { Approval, Bound } from '../../domain/approval.ts';
import { instantText } from '../../domain/instant-text.ts';
import { paramsToDo, type Request } from '../../domain/request.ts';
import { canonicalDigest } from '../canonical.ts';

/** All that a decision is about: what would be done for whom, why it is held, and who must agree until when. */
export type DigestOf = Bound &
  Pick<Approval, 'expiresAt'> & {
    readonly request: Pick<Request, 'id' | 'agentId' | 'senderId' | 'action' | 'params' | 'effectiveParams'>;
  };

/** What whoever decides was shown: a decision with another digest is about something else. */
export function approvalDigest(of: DigestOf): Buffer {
  const { request } = of;
  return canonicalDigest('approval', {
    agent: request.agentId,
    sender: request.senderId,
    request: request.id,
    action: request.action,
    params: paramsToDo(request).value,
    policySet: of.policySetId,
    policyVersion: of.policyVersion,
    contract: of.contractId,
    contractVersion: of.contractVersion,
    holds: of.holdReasons,
    findings: of.findings,
    quorum: of.quorum,
    expiresAt: instantText(of.expiresAt),
  });
}

/** As callers see it and send it back. */
export const digestText = (digest: Buffer): string => digest.toString('hex');
