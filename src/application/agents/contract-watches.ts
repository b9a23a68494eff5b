import type { Changes } from '../changes/changes.ts';
import { EventQueue } from '../event-queue.ts';
import type { Log } from '../ports/log.ts';
import type { Directory } from './directory.ts';

type Dependencies = {
  readonly directory: Pick<Directory, 'agentOf' | 'documentsOf'>;
  readonly changes: Changes;
  readonly log: Log;
};

/** No contract's id. */
const UNKNOWN = 'unknown';

/** Says only that it is worth to look what is offered now. */
type ContractHint = 'changed';

type Watched = {
  readonly queues: Set<EventQueue<ContractHint>>;
  /** The contract that was in force when it was looked last; undefined before the first look. */
  contractId: string | null | undefined;
  looking: Promise<void> | null;
  isAgainDue: boolean;
};

/**
 * Who on this node follows which agent's contract. It is looked at when something of the agent changed, on whichever node, and
 * when that may have been missed; who follows is told only where another contract, or none, is in force then.
 */
export class ContractWatches {
  readonly #deps: Dependencies;
  /** By the agent's id. */
  readonly #watched = new Map<string, Watched>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
    // After the directory, which has forgotten by then what it knew.
    deps.changes.subscribe('registry', '', (change) => {
      if (change.event === 'agents-changed') for (const { id } of change.agents) this.#lookAt(id);
      if (change.event === 'agents-deleted') for (const { id } of change.agents) this.#end(id);
    });
    deps.changes.onGap(() => void this.#lookAtAll());
  }

  /**
   * A hint whenever another contract of the agent of that handle or id is in force; one waits at most, and stands for all that came
   * meanwhile. Ends when the agent is deleted, and with `return()`. Null where there is no such agent.
   */
  async watch(handle: string): Promise<EventQueue<ContractHint> | null> {
    const agent = await this.#deps.directory.agentOf(handle);
    if (agent === null) return null;
    const queue = new EventQueue<ContractHint>({ max: 1 });
    const { id } = agent;
    const watched = this.#watched.get(id) ?? {
      queues: new Set(),
      contractId: undefined,
      looking: null,
      isAgainDue: false,
    };
    this.#watched.set(id, watched);
    watched.queues.add(queue);
    queue.onEnd(() => {
      watched.queues.delete(queue);
      if (watched.queues.size === 0 && this.#watched.get(id) === watched) this.#watched.delete(id);
    });
    // What is told of from now on is compared with what is in force now.
    await this.#deps.changes.inForce();
    if (watched.contractId === undefined) await this.#lookAt(id);
    return queue;
  }

  #end(agentId: string): void {
    for (const queue of [...(this.#watched.get(agentId)?.queues ?? [])]) queue.end();
  }

  async #lookAtAll(): Promise<void> {
    // One after the other: each may have to be read.
    for (const id of [...this.#watched.keys()]) await this.#lookAt(id);
  }

  /** Once more when it is called while that is under way. Never throws. */
  #lookAt(agentId: string): Promise<void> {
    const watched = this.#watched.get(agentId);
    if (watched === undefined) return Promise.resolve();
    watched.isAgainDue = true;
    watched.looking ??= this.#look(agentId, watched);
    return watched.looking;
  }

  async #look(agentId: string, watched: Watched): Promise<void> {
    while (watched.isAgainDue) {
      watched.isAgainDue = false;
      const before = watched.contractId;
      watched.contractId = await this.#contractIdOf(agentId);
      const isNews = before !== undefined && before !== watched.contractId;
      if (!isNews && watched.contractId !== UNKNOWN) continue;
      for (const queue of [...watched.queues]) if (queue.size === 0) queue.push('changed');
    }
    // In the same turn as `isAgainDue` was last read, so that no call falls between the two.
    watched.looking = null;
  }

  /** UNKNOWN where it cannot be told: whoever follows may look for itself, and is told again when it can. */
  async #contractIdOf(agentId: string): Promise<string | null> {
    try {
      return (await this.#deps.directory.documentsOf(agentId)).contract?.id ?? null;
    } catch (error) {
      this.#deps.log.warn({ err: error, agentId }, 'a contract that is followed could not be read');
      return UNKNOWN;
    }
  }
}
