import { AgentNotFoundError } from '../../../domain/errors.ts';
import type { AdmissionCheck } from './admit.ts';

/** A handle may be another agent's than the one that its sender knows. */
export const refuseOtherAgent: AdmissionCheck = ({ agent, expectedAgentId }) => {
  requireExpectedAgent(agent.handle, agent.id, expectedAgentId);
  return undefined;
};

/** Throws AgentNotFoundError where an agent of another id was expected. */
export function requireExpectedAgent(handle: string, agentId: string, expectedAgentId: string | null): void {
  if (expectedAgentId !== null && agentId !== expectedAgentId) throw new AgentNotFoundError(handle, expectedAgentId);
}
