import { Type } from 'typebox';
import type { Approval } from '../../domain/approval.ts';
import { type Approver, isApproverFor } from '../../domain/approver.ts';
import { ApprovalDecidedError, ApprovalNotFoundError, ApproverNotFoundError } from '../../domain/errors.ts';
import { type InputValueOf, id } from '../../domain/fields.ts';
import type { ApproverPrincipal, Principal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import type { SenderProfile } from '../../domain/sender-profile.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwnerOrAdmin } from '../access.ts';
import { isToken, newToken } from '../admin/token.ts';
import type { Directory } from '../agents/directory.ts';
import { takePoint } from '../limits/take-point.ts';
import type { ApprovalLinkStore } from '../ports/approval-link-store.ts';
import type { ApprovalStore } from '../ports/approval-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { sha256 } from '../sha256.ts';
import type { DecideApproval, DecideApprovalInput } from './decide-approval.ts';

export const CREATE_APPROVAL_LINK = Type.Object({
  approvalId: id("The approval's id."),
  approverId: id('The approver whose decision it is to be.'),
});
export type CreateApprovalLinkInput = InputValueOf<typeof CREATE_APPROVAL_LINK>;

/** What making a link throws. */
export const CREATE_APPROVAL_LINK_ERRORS = [ApprovalNotFoundError, ApproverNotFoundError] as const;

/** Of one approver to one approval: each e-mail has one, and each that an owner makes. */
const LINKS_MAX = 10;
/** The token follows. */
const LINK_PATH = '/approvals/l/';

/** What a link leads to. */
export type LinkedApproval = {
  readonly approval: Approval;
  readonly request: Request;
  readonly approver: Approver;
  /** Who asks; null where it is gone. */
  readonly sender: SenderProfile | null;
};

/** What somebody decides on the page of a link. */
type LinkDecision = Pick<DecideApprovalInput, 'digest' | 'verdict' | 'comment' | 'toSender'>;

type Dependencies = {
  readonly approvals: Pick<ApprovalStore, 'byId' | 'sendersOf'>;
  readonly approvalLinks: ApprovalLinkStore;
  readonly approvers: Pick<ApproverStore, 'byIds'>;
  readonly directory: Pick<Directory, 'ownerOf'>;
  readonly decideApproval: DecideApproval;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** A fresh link's address; null where there is nothing to decide any more, or nobody to decide it. */
export type LinkFor = (approvalId: string, approverId: string) => Promise<string | null>;

export function createLinkFor(deps: {
  readonly approvalLinks: Pick<ApprovalLinkStore, 'insert'>;
  readonly clock: Clock;
  readonly publicUrl: string;
}): LinkFor {
  const { approvalLinks, clock, publicUrl } = deps;
  return async (approvalId, approverId) => {
    const token = newToken();
    const link = { approvalId, approverId, tokenHash: sha256(token), createdAt: clock.now() };
    return (await approvalLinks.insert(link, LINKS_MAX)) ? publicUrl + LINK_PATH + token : null;
  };
}

/**
 * Links by which one approver decides about one approval, for as long as it is open: whoever holds one decides as that approver.
 * Only what the token hashes to is stored.
 */
export function createApprovalLinks(deps: Dependencies) {
  const { approvals, approvalLinks, approvers, directory, decideApproval, rateLimiter, clock } = deps;
  const linkFor = createLinkFor({ ...deps, publicUrl: deps.settings.publicUrl });

  /**
   * By the owner of the agent or an admin, for an approver of that agent and action; to other owners there is no such approval.
   * It is as good as a key of that approver's for that one approval, so it takes what making approvers takes. Throws CREATE_APPROVAL_LINK_ERRORS.
   */
  async function createApprovalLink(
    principal: Principal | null,
    { approvalId, approverId }: CreateApprovalLinkInput,
  ): Promise<{ url: string; expiresAt: Date }> {
    const known = requireOwnerOrAdmin(principal);
    const found = isUuid(approvalId) ? await approvals.byId(approvalId) : null;
    if (found === null) throw new ApprovalNotFoundError();
    const { approval, request } = found;
    const isTheirs = known.kind === 'admin' || (await directory.ownerOf(approval.agentId)) === known.ownerId;
    if (!isTheirs) throw new ApprovalNotFoundError();
    const [approver = null] = isUuid(approverId) ? await approvers.byIds([approverId]) : [];
    if (approver === null || !isApproverFor(approver, request)) throw new ApproverNotFoundError();
    const url = await linkFor(approval.id, approver.id);
    if (url === null) throw new ApprovalNotFoundError();
    return { url, expiresAt: approval.expiresAt };
  }

  /**
   * What the link leads to; null for what leads nowhere: made up, over, of an approver that was removed. Such a one costs the
   * address a point. Throws RateLimitedError where it has none left.
   */
  async function openLink(token: string, address: string): Promise<LinkedApproval | null> {
    const found = await linked(token);
    return found?.approval.resolvedAt === null ? found : nowhere(address);
  }

  /** What leads nowhere costs the address a point. */
  async function nowhere(address: string): Promise<null> {
    await takePoint(rateLimiter, 'failed-logins', address);
    return null;
  }

  async function linked(token: string): Promise<LinkedApproval | null> {
    if (!isToken(token)) return null;
    const link = await approvalLinks.byHash(sha256(token));
    if (link === null) return null;
    const [found, [approver = null], [sender = null]] = await Promise.all([
      approvals.byId(link.approvalId),
      approvers.byIds([link.approverId]),
      approvals.sendersOf([link.approvalId]),
    ]);
    if (found === null || approver === null || !isApproverFor(approver, found.request)) return null;
    return found.approval.expiresAt > clock.now() ? { ...found, approver, sender } : null;
  }

  /**
   * Decides as the approver whose link it is; null for a link that leads nowhere, which costs a point. What was said by then is no
   * mistake to say again: a form is easily sent twice. A link is no key, so none is recorded. Throws what deciding throws.
   */
  async function decideByLink(token: string, decision: LinkDecision, address: string): Promise<Approval | null> {
    const found = await linked(token);
    if (found === null) return nowhere(address);
    const { approval, approver } = found;
    try {
      const of = { approvalId: approval.id, ...decision };
      return (await decideApproval(asApprover(approver), of, 'LINK')).approval;
    } catch (error) {
      const wasOver = approval.resolvedAt !== null;
      if (wasOver && error instanceof ApprovalDecidedError) return nowhere(address);
      throw error;
    }
  }

  return { createApprovalLink, openLink, decideByLink };
}

/** Whoever holds the link, and nothing else that the approver's keys may do. */
const asApprover = ({ id: approverId }: Approver): ApproverPrincipal => ({
  kind: 'approver',
  approverId,
  apiKeyId: '',
  keyExpiresAt: null,
  sessionId: null,
  isSuspended: false,
  scopes: new Set(['approvals:decide']),
});
