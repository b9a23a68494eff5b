import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import { endpointsOf } from './endpoints.ts';
import { ForbiddenError, PlatformError, UnauthenticatedError } from './errors.ts';
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
import { consoleLogger, type Logger } from './logger.ts';
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
  /**
   * Hears what the platform warns of when something is published.
   * @default stderr, from warnings upwards
   */
  readonly logger?: Logger;
}

type CapabilitiesPublished = Extract<
  PublishCapabilitiesMutation['publishCapabilities'],
  { __typename: 'PublishCapabilitiesSuccess' }
>;
type PoliciesPublished = Extract<PublishPoliciesMutation['publishPolicies'], { __typename: 'PublishPoliciesSuccess' }>;

/** A version of an agent's contract. */
export type PublishedContract = NonNullable<CapabilitiesPublished['contract']>;

/** A version of an agent's policies. */
export type PublishedPolicySet = NonNullable<PoliciesPublished['policySet']>;

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

/** Publishes what the agent offers, as a new version of its contract. What does not fit is logged as a warning. */
export async function publishCapabilities(
  options: OwnerOptions & { readonly capabilities: readonly CapabilityInput[] },
): Promise<PublishedContract> {
  const input = { agentId: await agentIdOf(options), capabilities: [...options.capabilities] };
  const http = httpOf(options, options.apiKey);
  const { publishCapabilities: result } = await executeOverHttp(http, PublishCapabilitiesDocument, { input });
  const { contract, warnings } = successOf(result);
  return published(contract, warnings, options.logger);
}

/** Publishes whom the agent serves, as a new version of its policies. What does not fit is logged as a warning. */
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
  const { policySet, warnings } = successOf(result);
  return published(policySet, warnings, options.logger);
}

type Warnings = CapabilitiesPublished['warnings'];

function published<Document>(
  document: Document | null,
  warnings: Warnings,
  logger: Logger = consoleLogger(),
): Document {
  for (const { path, message } of warnings) logger.warn('the platform warns of what was published', { path, message });
  if (document === null) throw new PlatformError('UNKNOWN', 'The platform answered no version of what was published.');
  return document;
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
