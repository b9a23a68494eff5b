import { LRUCache } from 'lru-cache';
import type { CapabilityContract } from '../../domain/contract.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import type { Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { ResultRule } from '../../domain/verdict.ts';
import type { Directory } from '../agents/directory.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { LetIn, RequestStore } from '../ports/request-store.ts';

type Dependencies = {
  readonly requests: Pick<RequestStore, 'letIn'>;
  readonly documents: Pick<DocumentStore, 'contractsById'>;
  readonly directory: Pick<Directory, 'documentsOf'>;
  readonly channels: Pick<NodeChannels, 'holderOf'>;
};

/** By action; empty for most contracts. */
type RulesOfContract = ReadonlyMap<string, ResultRule>;

/** Contracts whose rules are kept, and what those may weigh together, in characters of JSON. */
const CONTRACTS_MAX = 10_000;
const WEIGHT_MAX = 16 * 1_024 * 1_024;

/**
 * What results are held to: the contract that their request was let in by, whatever was published since. A version never
 * changes, so it is read once, and not at all where it is the active one, which submissions have read. Who answers
 * what was delivered through this node is known without a statement; else the request is read.
 */
export class ResultRules {
  readonly #deps: Dependencies;
  readonly #byContract = new LRUCache<string, RulesOfContract>({
    max: CONTRACTS_MAX,
    maxSize: WEIGHT_MAX,
    sizeCalculation: (rules) => 1 + JSON.stringify([...rules.values()]).length,
  });

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Null where nothing is said of the result, and for what is not an open request of the agent: others say so. */
  async of(agentId: string, requestId: string): Promise<ResultRule | null> {
    if (!isUuid(requestId)) return null;
    const letIn = await this.#letIn(agentId, requestId.toLowerCase());
    if (letIn === null || letIn.contractId === null) return null;
    const { contractId, action } = letIn;
    return (await this.#rulesOf(agentId, contractId)).get(action) ?? null;
  }

  /** How the result of a request is to be read, by the contract that it was let in by. */
  async formatOf({ agentId, contractId, action }: Pick<Request, 'agentId' | 'contractId' | 'action'>) {
    const rules = contractId === null ? null : await this.#rulesOf(agentId, contractId);
    return rules?.get(action)?.resultFormat ?? 'JSON';
  }

  async #rulesOf(agentId: string, contractId: string): Promise<RulesOfContract> {
    return this.#byContract.get(contractId) ?? this.#read(agentId, contractId);
  }

  async #letIn(agentId: string, requestId: string): Promise<LetIn | null> {
    const { channels, requests } = this.#deps;
    return channels.holderOf(requestId, agentId)?.letIn(requestId) ?? requests.letIn(agentId, requestId);
  }

  async #read(agentId: string, contractId: string): Promise<RulesOfContract> {
    const { contract: active } = await this.#deps.directory.documentsOf(agentId);
    const contract = active?.id === contractId ? active : await this.#readOlder(contractId);
    const rules = new Map(
      (contract?.capabilities ?? [])
        .filter(({ resultFormat, resultSchema }) => resultFormat !== 'JSON' || resultSchema !== null)
        .map(({ action, resultFormat, resultSchema }) => [
          action,
          { contractId, agentId, action, resultFormat, resultSchema },
        ]),
    );
    // What is not there is its agent's, who is being deleted with all requests.
    if (contract !== null) this.#byContract.set(contractId, rules);
    return rules;
  }

  async #readOlder(contractId: string): Promise<CapabilityContract | null> {
    const [contract = null] = await this.#deps.documents.contractsById([contractId]);
    return valuesIn(contract);
  }
}
