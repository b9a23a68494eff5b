import type { Agent, AgentStatus } from '../../domain/agent.ts';
import type { Capability, CapabilityContract } from '../../domain/contract.ts';
import type { PolicyAction, PolicySet } from '../../domain/policy.ts';
import type { Request } from '../../domain/request.ts';
import type { Sender } from '../../domain/sender.ts';
import type {
  AgentBody,
  CapabilityBody,
  ContractBody,
  DirectoryEntryBody,
  PolicySetBody,
  RegisteredAgentBody,
  RegisteredSenderBody,
  RequestBody,
  SubmittedRequestBody,
} from './schemas/answers.ts';

const lowerCase = <Text extends string>(text: Text): Lowercase<Text> => text.toLowerCase() as Lowercase<Text>;

/** A policy action as the wire spells it, back in the domain's spelling. */
export const upperCase = <Text extends string>(text: Text): Uppercase<Text> => text.toUpperCase() as Uppercase<Text>;

export const agentView = (agent: Agent, status: AgentStatus): AgentBody => ({
  id: agent.id,
  handle: agent.handle,
  display_name: agent.displayName,
  description: agent.description,
  status: lowerCase(status),
  created_at: agent.createdAt.toISOString(),
  updated_at: agent.updatedAt.toISOString(),
});

export const registeredAgentView = (agent: Agent, apiKey: string): RegisteredAgentBody => ({
  id: agent.id,
  handle: agent.handle,
  api_key: apiKey,
  display_name: agent.displayName,
  status: 'inactive',
});

export const registeredSenderView = (sender: Sender, apiKey: string): RegisteredSenderBody => ({
  id: sender.id,
  api_key: apiKey,
  display_name: sender.displayName,
});

export const directoryEntryView = (
  agent: Agent,
  status: AgentStatus,
  capabilities: readonly Capability[],
): DirectoryEntryBody => ({
  agent_id: agent.id,
  handle: agent.handle,
  display_name: agent.displayName,
  description: agent.description,
  status: lowerCase(status),
  capabilities: capabilities.map(capabilityView),
});

const capabilityView = ({ action, description, paramsSchema, constraints }: Capability): CapabilityBody => ({
  action,
  description,
  params_schema: paramsSchema,
  constraints,
});

export const contractView = (contract: CapabilityContract): ContractBody => ({
  id: contract.id,
  agent_id: contract.agentId,
  version: contract.version,
  capabilities: contract.capabilities.map(capabilityView),
  is_active: contract.isActive,
  created_at: contract.createdAt.toISOString(),
});

export const policySetView = (policySet: PolicySet): PolicySetBody => ({
  id: policySet.id,
  agent_id: policySet.agentId,
  version: policySet.version,
  default_action: lowerCase<PolicyAction>(policySet.defaultAction),
  rules: policySet.rules.map(({ condition, action, reason }) => ({
    condition,
    action: lowerCase<PolicyAction>(action),
    reason,
  })),
  is_active: policySet.isActive,
  created_at: policySet.createdAt.toISOString(),
});

export const submittedRequestView = (request: Request): SubmittedRequestBody => ({
  id: request.id,
  status: lowerCase(request.status),
  action_type: request.action,
  created_at: request.createdAt.toISOString(),
  updated_at: request.updatedAt.toISOString(),
  expires_at: request.expiresAt.toISOString(),
});

export const requestView = (request: Request): RequestBody => ({
  ...submittedRequestView(request),
  result: request.result,
  error: request.error && { code: request.error.code, message: request.error.message },
});
