import { successOf } from './domain-errors.ts';
import { AgentNotFoundError, ForbiddenError, PlatformError, UnauthenticatedError } from './errors.ts';
import {
  PublishCapabilitiesDocument,
  type PublishCapabilitiesMutation,
  type PublishedContractFragment,
  PublishedDocument,
  PublishedOfDocument,
  type PublishedPolicySetFragment,
  PublishPoliciesDocument,
} from './generated/graphql.ts';
import { executeOverHttp } from './graphql-http.ts';
import { consoleLogger, type Logger } from './logger.ts';
import { httpOf, type PlatformOptions } from './registry.ts';
import { isSameContract, isSamePolicySet } from './same-documents.ts';
import type { CapabilityInput, InputIssue, PolicyAction, PolicyRuleInput } from './types.ts';

export interface OwnerOptions extends PlatformOptions {
  /** The agent's own key, or its owner's. */
  readonly apiKey: string;
  /** The agent's id, or its handle; whose the key is when it is left out. An owner's key says nothing of which agent. */
  readonly agentId?: string;
  /**
   * Publishes a new version also where the platform has the same already.
   * @default false
   */
  readonly force?: boolean;
  /**
   * Hears what the platform warns of when something is published.
   * @default stderr, from warnings upwards
   */
  readonly logger?: Logger;
}

/** A version of an agent's contract. */
export type PublishedContract = PublishedContractFragment;

/** A version of an agent's policies. */
export type PublishedPolicySet = PublishedPolicySetFragment;

/** What the agent offers. */
export interface ContractInput {
  readonly capabilities: readonly CapabilityInput[];
}

/** Whom the agent serves. */
export interface PoliciesInput {
  readonly rules: readonly PolicyRuleInput[];
  /** @default 'ALLOW' */
  readonly defaultAction?: PolicyAction;
  /**
   * Keeps, after the rules, those in force that people made by "approve and remember", until they expire. Those that are
   * among the rules, as whoever read the set has them, stay where they are.
   * @default true
   */
  readonly keepRemembered?: boolean;
}

/**
 * Has what the agent offers in force: publishes it as a new version of its contract where it differs from the active
 * one, and answers the version in force. What the platform warns of is logged.
 */
export async function publishCapabilities(options: OwnerOptions & ContractInput): Promise<PublishedContract> {
  const { capabilities } = options;
  const { agentId, contract: active } = await publishedBy(options);
  if (active && !options.force && isSameContract(active, { capabilities })) return unchanged(active, options);
  const input = { agentId, capabilities: capabilities.map(asInput) };
  const http = httpOf(options, options.apiKey);
  const { publishCapabilities: result } = await executeOverHttp(http, PublishCapabilitiesDocument, { input });
  const { contract, warnings } = successOf(result);
  return published(contract, warnings, options);
}

/**
 * Has the agent's rules in force: publishes them as a new version of its policies where they differ from the active
 * ones, and answers the version in force. What the platform warns of is logged. Rules that people made by "approve and
 * remember" are kept unless told otherwise: an agent that publishes its own at every start takes none of them back.
 */
export async function publishPolicies(options: OwnerOptions & PoliciesInput): Promise<PublishedPolicySet> {
  const { rules: own, defaultAction, keepRemembered = true } = options;
  const { agentId, policySet: active } = await publishedBy(options, keepRemembered);
  const rules = [...own, ...(keepRemembered ? rememberedRules(active, own) : [])];
  const policies = { rules, ...(defaultAction === undefined ? {} : { defaultAction }) };
  if (active && !options.force && isSamePolicySet(active, policies)) return unchanged(active, options);
  const input = { agentId, ...policies };
  const http = httpOf(options, options.apiKey);
  const { publishPolicies: result } = await executeOverHttp(http, PublishPoliciesDocument, { input });
  const { policySet, warnings } = successOf(result);
  return published(policySet, warnings, options);
}

/** What publishing would find. */
export interface CheckedDocument {
  /** Every problem for which it would be refused. */
  readonly issues: readonly InputIssue[];
  readonly warnings: readonly InputIssue[];
}

/** Says what publishing would find, and publishes nothing. */
export async function checkCapabilities(options: OwnerOptions & ContractInput): Promise<CheckedDocument> {
  const { agentId } = await publishedBy(options);
  const input = { agentId, capabilities: options.capabilities.map(asInput), check: true };
  const http = httpOf(options, options.apiKey);
  const { publishCapabilities: result } = await executeOverHttp(http, PublishCapabilitiesDocument, { input });
  const { issues, warnings } = successOf(result);
  return { issues, warnings };
}

/** The same of policies. */
export async function checkPolicies(options: OwnerOptions & PoliciesInput): Promise<CheckedDocument> {
  const { rules, defaultAction } = options;
  const { agentId } = await publishedBy(options);
  const input = { agentId, rules: [...rules], ...(defaultAction !== undefined && { defaultAction }), check: true };
  const http = httpOf(options, options.apiKey);
  const { publishPolicies: result } = await executeOverHttp(http, PublishPoliciesDocument, { input });
  const { issues, warnings } = successOf(result);
  return { issues, warnings };
}

/** What an agent has in force; null for what was never published. */
export interface ActiveDocuments {
  readonly agentId: string;
  readonly contract: PublishedContract | null;
  readonly policySet: PublishedPolicySet | null;
}

/** What the agent has in force. Throws AgentNotFoundError for one that is not there or not the key's. */
export async function activeDocuments(options: OwnerOptions): Promise<ActiveDocuments> {
  const { agentId, contract, policySet } = await publishedBy({ ...options, force: false });
  if (contract === undefined || policySet === undefined) {
    throw new AgentNotFoundError(`The key is of no agent “${agentId}”.`, { handle: agentId });
  }
  return { agentId, contract, policySet };
}

/** Any object may be a JSON Schema; what is sent of it is its JSON. */
const asInput = ({ paramsSchema, constraints, resultSchema, ...capability }: CapabilityInput) => ({
  ...capability,
  ...(paramsSchema !== undefined && { paramsSchema: paramsSchema && { ...paramsSchema } }),
  ...(constraints !== undefined && { constraints: constraints && { ...constraints } }),
  ...(resultSchema !== undefined && { resultSchema: resultSchema && { ...resultSchema } }),
});

/** What people have remembered, as it is, and as long as it applies; without what is among the agent's own already. */
const rememberedRules = (
  active: PublishedPolicySet | null | undefined,
  own: readonly PolicyRuleInput[],
): readonly PolicyRuleInput[] =>
  (active?.rules ?? []).filter(
    ({ madeFrom, expiresAt }) =>
      madeFrom !== null &&
      own.every((rule) => rule.madeFrom !== madeFrom) &&
      (expiresAt === null || Date.parse(expiresAt) > Date.now()),
  );

interface Published {
  readonly agentId: string;
  readonly contract?: PublishedContract | null;
  readonly policySet?: PublishedPolicySet | null;
}

/** Whose the key is and what it has in force. Of another agent, which the platform will refuse, there is nothing. */
async function publishedBy(options: OwnerOptions, isNeeded = false): Promise<Published> {
  const { agentId, apiKey, force } = options;
  if (agentId !== undefined && force && !isNeeded) return { agentId };
  const { viewer } = await executeOverHttp(httpOf(options, apiKey), PublishedDocument, {});
  if (!viewer) throw new UnauthenticatedError('The platform does not know the key.');
  if (viewer.__typename === 'Owner') return publishedOf(agentId, options);
  if (viewer.__typename !== 'Agent') throw new ForbiddenError('The key is neither an agent’s nor its owner’s.');
  const { id, handle, capabilities, policies } = viewer;
  const isOther = agentId !== undefined && agentId !== id && agentId !== handle;
  return isOther ? { agentId } : { agentId: id, contract: capabilities, policySet: policies };
}

/** The same of an agent of the owner whose key it is. */
async function publishedOf(agentId: string | undefined, options: OwnerOptions): Promise<Published> {
  if (agentId === undefined) throw new TypeError('With an owner’s key agentId says which agent is meant');
  const { agent } = await executeOverHttp(httpOf(options, options.apiKey), PublishedOfDocument, { agentId });
  return agent ? { agentId: agent.id, contract: agent.capabilities, policySet: agent.policies } : { agentId };
}

const loggerOf = ({ logger = consoleLogger() }: OwnerOptions): Logger => logger;

function unchanged<Version extends { readonly version: number }>(active: Version, options: OwnerOptions): Version {
  loggerOf(options).debug('the same is published already', { version: active.version });
  return active;
}

type Warnings = Extract<
  PublishCapabilitiesMutation['publishCapabilities'],
  { __typename: 'PublishCapabilitiesSuccess' }
>['warnings'];

function published<Version>(version: Version | null, warnings: Warnings, options: OwnerOptions): Version {
  for (const { path, message } of warnings) {
    loggerOf(options).warn('the platform warns of what was published', { path, message });
  }
  if (version === null) throw new PlatformError('UNKNOWN', 'The platform answered no version of what was published.');
  return version;
}
