import { Type } from 'typebox';
import { AGENT, type Agent, HANDLE_RULE, isCanonicalHandle } from '../../domain/agent.ts';
import {
  HandleTakenError,
  type InputIssue,
  InvalidInputError,
  RateLimitedError,
  RegistrationClosedError,
  WorkRequiredError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, id, nullable } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import { AGENTS_PER_OWNER_MAX } from '../../domain/owner.ts';
import type { Principal } from '../../domain/principal.ts';
import { reservedNameIn } from '../../domain/reserved-handles.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import {
  INVITATION_CODE,
  invalidInvitation,
  invitationNeeded,
  requireOpenRegistration,
} from '../invitations/admission.ts';
import { PROOF_OF_WORK, type RegistrationWork } from '../invitations/proof-of-work.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { NewOwner, OwnerStore } from '../ports/owner-store.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { announceAgentChange } from './announce-agent-change.ts';
import type { Directory } from './directory.ts';

export const REGISTER_AGENT = Type.Object({
  ...Type.Pick(AGENT, ['handle', 'displayName', 'description']).properties,
  ownerId: nullable(id('Whose it is to be: administrators may say so; anybody else leaves it out.')),
  invitation: INVITATION_CODE,
  proofOfWork: PROOF_OF_WORK,
});
export type RegisterAgentInput = InputValueOf<typeof REGISTER_AGENT>;

type Dependencies = {
  readonly agents: AgentStore;
  readonly owners: OwnerStore;
  readonly directory: Directory;
  readonly storageTotals: Pick<StorageTotals, 'refuse'>;
  readonly rateLimiter: RateLimiter;
  readonly keyEnds: KeyEnds;
  readonly registrationWork: Pick<RegistrationWork, 'checkWork'>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly settings: Pick<ApplicationSettings, 'registration' | 'handleQuarantineMs'>;
};

/** An agent that was registered, with what is shown only now. */
export type RegisteredAgent = {
  readonly agent: Agent;
  readonly apiKey: string;
  /** The key of the owner that was made with it; null where none was. */
  readonly ownerKey: string | null;
};

/** What registering an agent throws. */
export const REGISTER_AGENT_ERRORS = [
  InvalidInputError,
  HandleTakenError,
  RegistrationClosedError,
  WorkRequiredError,
  RateLimitedError,
] as const;

/**
 * Registers an agent and answers it with its first key, which is shown only here. Open to everybody, unless
 * REGISTRATION says otherwise; `address` is what the rate limit counts by. Whoever comes without a credential becomes its owner, and gets a key for that, too; an
 * owner's agent is that owner's. Throws REGISTER_AGENT_ERRORS.
 */
export function createRegisterAgent(deps: Dependencies) {
  const { agents, owners, directory, storageTotals, rateLimiter, keyEnds, registrationWork, changes, clock, settings } =
    deps;

  return async (principal: Principal | null, input: RegisterAgentInput, address: string): Promise<RegisteredAgent> => {
    requireOpenRegistration(settings.registration, principal, input.invitation);
    check(principal, input);
    storageTotals.refuse(principal, { ownerId: principal?.kind === 'owner' ? principal.ownerId : null });
    const spendProof = await registrationWork.checkWork(principal, input.proofOfWork);
    await takePoint(rateLimiter, 'registrations', address);
    const codeHash = invitationNeeded(settings.registration, principal, input.invitation);
    const at = clock.now();
    const owner = principal === null ? newOwner(at, keyEnds.usual(at)) : null;
    const ownerId = owner?.fields.id ?? (await ownerIdFor(principal, input));
    const { key, text } = newApiKey('AGENT', keyEnds.usual(at));
    const { ownerId: _, invitation: __, proofOfWork: ___, ...described } = complete(REGISTER_AGENT, input);
    const times = { lastHeartbeatAt: null, createdAt: at, updatedAt: at };
    const agent = { ...described, ...times, id: newId(), ownerId, agentKeysManage: true };
    const terms = {
      owner: owner?.fields ?? null,
      restingSince: restingSince(principal, at),
      codeHash,
      act: actOf(principal, at),
    };
    await spendProof?.();
    const outcome = await agents.insert(agent, key, terms);
    if (outcome === 'not-invited') throw invalidInvitation();
    if (outcome === 'taken') throw new HandleTakenError(input.handle);
    // Somebody may have asked for the handle before, and been told that there is none.
    announceAgentChange({ directory, changes }, agent);
    return { agent: { ...agent, isSuspended: false }, apiKey: text, ownerKey: owner?.keyText ?? null };
  };

  /** Handles rest from then on (docs/decisions/0047). To administrators none does. */
  function restingSince(principal: Principal | null, at: Date): Date | null {
    const { handleQuarantineMs } = settings;
    if (handleQuarantineMs === 0 || principal?.kind === 'admin') return null;
    return new Date(at.getTime() - handleQuarantineMs);
  }

  /** An owner is bounded by a count that others may be adding to: soft by what comes at once. */
  async function ownerIdFor(principal: Principal | null, input: RegisterAgentInput): Promise<string | null> {
    const ownerId = principal?.kind === 'owner' ? principal.ownerId : (input.ownerId ?? null);
    if (ownerId === null) return null;
    const issues = new InputIssues();
    const [[owner = null], own] = await Promise.all([owners.byIds([ownerId]), agents.idsOfOwner(ownerId)]);
    if (owner === null) issues.add('ownerId', 'is no owner');
    if (own.length >= AGENTS_PER_OWNER_MAX) {
      issues.add('ownerId', `has ${AGENTS_PER_OWNER_MAX} agents already, which is the most an owner may have`);
    }
    issues.throwIfAny();
    return ownerId;
  }
}

function newOwner(at: Date, keyExpiresAt: Date | null): { fields: NewOwner; keyText: string } {
  const { key, text } = newApiKey('OWNER', keyExpiresAt);
  return { fields: { id: newId(), displayName: null, createdAt: at, key }, keyText: text };
}

function check(principal: Principal | null, input: RegisterAgentInput): void {
  const issues = new InputIssues();
  issues.addAll(problemsOfHandle(input.handle));
  issues.texts(REGISTER_AGENT, input);
  if (input.ownerId != null && principal?.kind !== 'admin') issues.add('ownerId', 'is for administrators');
  issues.throwIfAny();
}

function problemsOfHandle(handle: string): readonly InputIssue[] {
  if (!isCanonicalHandle(handle)) return [{ path: 'handle', message: `must be ${HANDLE_RULE}` }];
  const reserved = reservedNameIn(handle);
  if (reserved === null) return [];
  const why = reserved === handle ? '' : `: it could be taken for "${reserved}"`;
  return [{ path: 'handle', message: `"${handle}" is reserved${why}` }];
}
