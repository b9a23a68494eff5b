import { v7 as newId } from 'uuid';
import { AgentNotFoundError } from '../../domain/errors.ts';
import type { PolicyAction, PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwner } from '../access.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import type { Directory } from './directory.ts';
import { noteAgentChange } from './note-agent-change.ts';

export type PublishPoliciesInput = {
  readonly agentId: string;
  readonly rules: readonly {
    readonly condition: string;
    readonly action: PolicyAction;
    readonly reason?: string | null | undefined;
  }[];
  readonly defaultAction?: PolicyAction | null | undefined;
};

type Dependencies = {
  readonly registry: RegistryStore;
  readonly directory: Directory;
  readonly enforcement: Enforcement;
  readonly rateLimiter: RateLimiter;
  readonly bus: Bus;
  readonly clock: Clock;
};

/**
 * Publishes the next version of an agent's policy set; the one before is kept and deactivated. By the agent or an
 * admin. Throws InvalidInputError with every problem, AgentNotFoundError (admins only),
 * RateLimitedError.
 */
export function createPublishPolicies({ registry, directory, enforcement, rateLimiter, bus, clock }: Dependencies) {
  return async (principal: Principal | null, input: PublishPoliciesInput): Promise<PolicySet> => {
    requireOwner(principal, input.agentId);
    await takePoint(rateLimiter, 'publications', input.agentId);
    const rules = input.rules.map(({ condition, action, reason }) => ({ condition, action, reason: reason ?? null }));
    const defaultAction = input.defaultAction ?? 'ALLOW';
    const issues = new InputIssues();
    issues.addAll(enforcement.checkPolicies(rules));
    issues.throwIfAny();
    if (!isUuid(input.agentId)) throw new AgentNotFoundError();
    const policySet = await registry.publishPolicies(newId(), input.agentId, rules, defaultAction, clock.now());
    if (!policySet) throw new AgentNotFoundError();
    await noteAgentChange({ registry, directory, bus }, input.agentId);
    return policySet;
  };
}
