import type { Agent } from '../../domain/agent.ts';
import type { CapabilityContract } from '../../domain/contract.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import type { AgentRules } from '../../domain/limits.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { QuarantineRecord } from '../../domain/quarantine.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Changes } from '../changes/changes.ts';
import { FreshCache } from '../fresh-cache.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { LimitsStore } from '../ports/limits-store.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import { canNameAgent, findAgent } from './find-agent.ts';

/** While hints reach every node, changes drop what is cached; this only bounds the life of what no hint could reach. */
const LIFE_MS = 30_000;
/** While they do not, a change elsewhere is seen after so long at the latest. */
const LIFE_WITHOUT_HINTS_MS = 1_000;
const AGENTS_MAX = 5_000;
/** Documents that are kept, in characters of JSON: thousands of ordinary ones, but not as many of the largest. */
const DOCUMENTS_WEIGHT_MAX = 32 * 1_024 * 1_024;

/** What an agent's owner and its keys have said of it, and which of that the platform does not evaluate for now. */
export type AgentDocuments = {
  readonly contract: CapabilityContract | null;
  readonly policies: PolicySet | null;
  readonly rules: AgentRules;
  readonly quarantines: readonly QuarantineRecord[];
};

/** Nobody set anything. */
const NO_RULES: AgentRules = { limits: null, senders: new Map() };
/** What the rule of one sender weighs, in characters of JSON. */
const SENDER_RULE_WEIGHT = 200;

/** What the hot path asks for: agents by handle or id, and their active documents, cached until they change. */
export class Directory {
  readonly #agents: FreshCache<Agent | null>;
  readonly #documents: FreshCache<AgentDocuments>;

  constructor(deps: {
    readonly agents: AgentStore;
    readonly documents: DocumentStore;
    readonly limits: LimitsStore;
    readonly quarantines: QuarantineStore;
    readonly changes: Changes;
    readonly clock: Clock;
    readonly metrics: Metrics;
    readonly hintsReachAll: () => boolean;
  }) {
    const { agents, documents, limits, quarantines: store, changes, clock, metrics } = deps;
    const shared = {
      max: AGENTS_MAX,
      now: () => clock.monotonic(),
      lifeMs: () => (deps.hintsReachAll() ? LIFE_MS : LIFE_WITHOUT_HINTS_MS),
    };
    this.#agents = new FreshCache({
      ...shared,
      use: metrics.caches.of('agents'),
      load: (idOrHandle) => findAgent(agents, idOrHandle),
    });
    this.#documents = new FreshCache({
      ...shared,
      use: metrics.caches.of('documents'),
      weight: { max: DOCUMENTS_WEIGHT_MAX, of: weightOf },
      load: async (agentId) => {
        const [[contract = null], [policies = null], [rules = NO_RULES], [quarantines = []]] = await Promise.all([
          documents.activeContracts([agentId]),
          documents.activePolicySets([agentId]),
          limits.rulesOf([agentId]),
          store.ofAgents([agentId]),
        ]);
        return { contract: valuesIn(contract), policies, rules, quarantines };
      },
    });
    changes.subscribe('registry', '', (change) => {
      if (change.event !== 'agents-changed' && change.event !== 'agents-deleted') return;
      for (const agent of change.agents) this.forget(agent);
    });
    changes.onGap(() => {
      this.#agents.clear();
      this.#documents.clear();
    });
  }

  /** The agent of that handle or id; null when there is none, also for what can be neither. */
  async agentOf(idOrHandle: string): Promise<Agent | null> {
    return canNameAgent(idOrHandle) ? this.#agents.get(idOrHandle) : null;
  }

  /** The id of the agent that is named; the text as it is, which is nobody's id, where it names none. */
  async idOf(idOrHandle: string): Promise<string> {
    return isUuid(idOrHandle) ? idOrHandle : ((await this.agentOf(idOrHandle))?.id ?? idOrHandle);
  }

  /** Whose the agent of that id is; null for nobody's, and where there is no such agent. */
  readonly ownerOf = async (agentId: string): Promise<string | null> => (await this.agentOf(agentId))?.ownerId ?? null;

  documentsOf(agentId: string): Promise<AgentDocuments> {
    return this.#documents.get(agentId);
  }

  /** Forgets what it knows of the agent: its own changes are seen by the next read, without waiting for a hint. */
  forget(agent: { readonly id: string; readonly handle: string }): void {
    this.#agents.drop(agent.handle);
    this.#agents.drop(agent.id);
    this.#documents.drop(agent.id);
  }
}

const weightOf = ({ contract, policies, rules }: AgentDocuments): number =>
  JSON.stringify({ contract, policies }).length + rules.senders.size * SENDER_RULE_WEIGHT;
