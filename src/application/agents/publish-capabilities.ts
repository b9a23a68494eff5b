import { v7 as newId } from 'uuid';
import type { CapabilityContract, JsonObject } from '../../domain/contract.ts';
import { AgentNotFoundError } from '../../domain/errors.ts';
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

export type CapabilityInput = {
  readonly action: string;
  readonly description?: string | null | undefined;
  readonly paramsSchema?: JsonObject | null | undefined;
  readonly constraints?: JsonObject | null | undefined;
};

export type PublishCapabilitiesInput = {
  readonly agentId: string;
  readonly capabilities: readonly CapabilityInput[];
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
 * Publishes the next version of an agent's contract; the one before is kept and deactivated. By the agent or an
 * admin. Throws InvalidInputError with every problem, AgentNotFoundError (admins only),
 * RateLimitedError.
 */
export function createPublishCapabilities({ registry, directory, enforcement, rateLimiter, bus, clock }: Dependencies) {
  return async (principal: Principal | null, input: PublishCapabilitiesInput): Promise<CapabilityContract> => {
    requireOwner(principal, input.agentId);
    await takePoint(rateLimiter, 'publications', input.agentId);
    const capabilities = input.capabilities.map(({ action, description, paramsSchema, constraints }) => ({
      action,
      description: description ?? null,
      paramsSchema: paramsSchema ?? {},
      constraints: constraints ?? {},
    }));
    const issues = new InputIssues();
    issues.addAll(await enforcement.checkCapabilities(capabilities, input.agentId));
    issues.throwIfAny();
    if (!isUuid(input.agentId)) throw new AgentNotFoundError();
    const contract = await registry.publishCapabilities(newId(), input.agentId, capabilities, clock.now());
    if (!contract) throw new AgentNotFoundError();
    await noteAgentChange({ registry, directory, bus }, input.agentId);
    return contract;
  };
}
