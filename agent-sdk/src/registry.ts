import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import { endpointsOf } from './endpoints.ts';
import { ForbiddenError, UnauthenticatedError } from './errors.ts';
import {
  PublishCapabilitiesDocument,
  type PublishCapabilitiesMutation,
  PublishPoliciesDocument,
  type PublishPoliciesMutation,
  RegisterAgentDocument,
  RegisterSenderDocument,
  ViewerDocument,
} from './generated/graphql.ts';
import { executeOverHttp, type Fetch, type GraphqlHttpOptions } from './graphql-http.ts';
import type { AgentProfile, CapabilityInput, PolicyAction, PolicyRuleInput } from './types.ts';

/** Which platform, and how it is reached. */
export interface PlatformOptions {
  /** The platform, as in `http://localhost:8000`. */
  readonly url: string;
  /**
   * How long one HTTP request may take.
   * @default 30000
   */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
}

export interface OwnerOptions extends PlatformOptions {
  /** The agent's own key. */
  readonly apiKey: string;
  /** The agent's id; the platform is asked whose the key is when it is left out. */
  readonly agentId?: string;
}

/** A version of an agent's contract. */
export type PublishedContract = Extract<
  PublishCapabilitiesMutation['publishCapabilities'],
  { __typename: 'PublishCapabilitiesSuccess' }
>['contract'];

/** A version of an agent's policies. */
export type PublishedPolicySet = Extract<
  PublishPoliciesMutation['publishPolicies'],
  { __typename: 'PublishPoliciesSuccess' }
>['policySet'];

/** Registers an agent. The key is shown this once. Throws HandleTakenError and InvalidInputError. */
export async function registerAgent(
  options: PlatformOptions & { readonly handle: string; readonly displayName: string; readonly description?: string },
): Promise<{ agent: AgentProfile; apiKey: string }> {
  const { handle, displayName, description } = options;
  const input = { handle, displayName, ...(description === undefined ? {} : { description }) };
  const { registerAgent: result } = await executeOverHttp(httpOf(options), RegisterAgentDocument, { input });
  const { agent, apiKey } = successOf(result);
  return { agent, apiKey };
}

/** Registers a sender. The key is shown this once. */
export async function registerSender(
  options: PlatformOptions & { readonly displayName: string },
): Promise<{ sender: { id: string; displayName: string }; apiKey: string }> {
  const input = { displayName: options.displayName };
  const { registerSender: result } = await executeOverHttp(httpOf(options), RegisterSenderDocument, { input });
  const { sender, apiKey } = successOf(result);
  return { sender, apiKey };
}

/** Publishes what the agent offers, as a new version of its contract. */
export async function publishCapabilities(
  options: OwnerOptions & { readonly capabilities: readonly CapabilityInput[] },
): Promise<PublishedContract> {
  const input = { agentId: await agentIdOf(options), capabilities: [...options.capabilities] };
  const http = httpOf(options, options.apiKey);
  const { publishCapabilities: result } = await executeOverHttp(http, PublishCapabilitiesDocument, { input });
  return successOf(result).contract;
}

/** Publishes whom the agent serves, as a new version of its policies. */
export async function publishPolicies(
  options: OwnerOptions & {
    readonly rules: readonly PolicyRuleInput[];
    /** @default 'ALLOW' */
    readonly defaultAction?: PolicyAction;
  },
): Promise<PublishedPolicySet> {
  const { defaultAction } = options;
  const rules = { rules: [...options.rules], ...(defaultAction === undefined ? {} : { defaultAction }) };
  const input = { agentId: await agentIdOf(options), ...rules };
  const http = httpOf(options, options.apiKey);
  const { publishPolicies: result } = await executeOverHttp(http, PublishPoliciesDocument, { input });
  return successOf(result).policySet;
}

async function agentIdOf(options: OwnerOptions): Promise<string> {
  if (options.agentId !== undefined) return options.agentId;
  const { viewer } = await executeOverHttp(httpOf(options, options.apiKey), ViewerDocument, {});
  if (!viewer) throw new UnauthenticatedError('The platform does not know the key.');
  if (viewer.__typename !== 'Agent') throw new ForbiddenError('The key is not an agent’s.');
  return viewer.id;
}

function httpOf(options: PlatformOptions, apiKey?: string): GraphqlHttpOptions {
  return {
    url: endpointsOf(options.url).graphqlHttp,
    apiKey: apiKey === undefined ? undefined : checkedKey(apiKey),
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
  };
}
