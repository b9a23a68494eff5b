import DataLoader from 'dataloader';
import type { Application } from '../../application/application.ts';
import type { Approval } from '../../domain/approval.ts';
import { bytesUpTo } from '../../domain/json/json-size.ts';
import type { Principal } from '../../domain/principal.ts';
import { refused } from './page.ts';

type UseCases = Pick<
  Application,
  'agents' | 'approvals' | 'senders' | 'suspensions' | 'quarantines' | 'owners' | 'keys' | 'webhooks'
>;

/**
 * Loads by id, many at once: a list of agents costs one statement per kind of thing it shows, however long it is.
 * Nothing is kept beyond a batch, so the events of one subscription never see an old state. Most operations load nothing:
 * the loaders are made when one is first asked for.
 */
export class Loaders {
  readonly #app: UseCases;
  readonly #principal: Principal | null;
  #made: ReturnType<typeof createLoaders> | null = null;

  /** @param principal who asks, for what is not the same for everybody */
  constructor(app: UseCases, principal: Principal | null) {
    this.#app = app;
    this.#principal = principal;
  }

  /** As new, for the next event of a subscription. */
  again(): Loaders {
    return new Loaders(this.#app, this.#principal);
  }

  get #all() {
    this.#made ??= createLoaders(this.#app, this.#principal);
    return this.#made;
  }

  get agent() {
    return this.#all.agent;
  }

  get sender() {
    return this.#all.sender;
  }

  get owner() {
    return this.#all.owner;
  }

  get approver() {
    return this.#all.approver;
  }

  get approversOfAgent() {
    return this.#all.approversOfAgent;
  }

  get suspension() {
    return this.#all.suspension;
  }

  get quarantines() {
    return this.#all.quarantines;
  }

  get approvalSettings() {
    return this.#all.approvalSettings;
  }

  get approvalOfRequest() {
    return this.#all.approvalOfRequest;
  }

  get seenApprovalOfRequest() {
    return this.#all.seenApprovalOfRequest;
  }

  get requestOfApproval() {
    return this.#all.requestOfApproval;
  }

  get senderOfApproval() {
    return this.#all.senderOfApproval;
  }

  get decisionsOfApproval() {
    return this.#all.decisionsOfApproval;
  }

  get mayDecide() {
    return this.#all.mayDecide;
  }

  get mayEdit() {
    return this.#all.mayEdit;
  }

  get adminName() {
    return this.#all.adminName;
  }

  get agentStatus() {
    return this.#all.agentStatus;
  }

  get activeContract() {
    return this.#all.activeContract;
  }

  get activePolicySet() {
    return this.#all.activePolicySet;
  }

  get apiKeys() {
    return this.#all.apiKeys;
  }

  get webhooks() {
    return this.#all.webhooks;
  }
}

/** Contracts and policy sets that an operation, or one event of it, loads together, but for the last ones. */
const DOCUMENTS_MAX_BYTES = 2 * 1024 * 1024;
/** So many are read at once, and as many first: each has some KiB, but may have 512. */
const DOCUMENTS_AT_ONCE = 16;
const DOCUMENTS_FIRST = 4;

/** What an operation has loaded of documents, in bytes: a list of agents names as many as it has, of whatever size. */
class GatheredDocuments {
  #bytes = 0;
  #read = 0;

  /** How many are read next: about as many as there is room for, if they are as large as those before. */
  #next(): number {
    if (this.#read === 0) return DOCUMENTS_FIRST;
    const each = Math.max(1, this.#bytes / this.#read);
    return Math.min(DOCUMENTS_AT_ONCE, Math.max(1, Math.ceil((DOCUMENTS_MAX_BYTES - this.#bytes) / each)));
  }

  /** Reads some after the other, until they are too large together; who is left out gets an error. */
  within<Document>(
    read: (ids: readonly string[]) => Promise<readonly Document[]>,
  ): (ids: readonly string[]) => Promise<(Document | Error)[]> {
    return async (ids) => {
      const answers: (Document | Error)[] = [];
      while (answers.length < ids.length) {
        if (this.#bytes >= DOCUMENTS_MAX_BYTES) return [...answers, ...ids.slice(answers.length).map(tooMany)];
        const some = await read(ids.slice(answers.length, answers.length + this.#next()));
        for (const each of some) {
          answers.push(this.#bytes >= DOCUMENTS_MAX_BYTES ? tooMany() : each);
          this.#bytes += bytesUpTo(each, DOCUMENTS_MAX_BYTES);
          this.#read += 1;
        }
      }
      return answers;
    };
  }
}

const tooMany = (): Error =>
  refused(
    'The contracts and policies that the operation asks for have more than 2 MiB together. Ask for smaller pages.',
  );

function createLoaders(app: UseCases, principal: Principal | null) {
  const batched = <Value, Key = string>(load: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>) =>
    new DataLoader<Key, Value>((keys) => load(keys), { cache: false });
  const documents = new GatheredDocuments();
  return {
    agent: batched((ids) => app.agents.byIds(ids)),
    approvalSettings: batched((ids) => app.approvals.settingsOf(ids)),
    approvalOfRequest: batched((ids) => app.approvals.ofRequests(principal, ids)),
    seenApprovalOfRequest: batched((ids) => app.approvals.ofRequestsIfSeen(principal, ids)),
    requestOfApproval: batched((ids) => app.approvals.requests(ids)),
    senderOfApproval: batched((ids) => app.approvals.sendersOf(ids)),
    decisionsOfApproval: batched((of: readonly Approval[]) => app.approvals.decisionsOf(principal, of)),
    mayDecide: batched((ids) => app.approvals.mayDecideAbout(principal, ids)),
    mayEdit: batched((ids) => app.approvals.mayEditAbout(principal, ids)),
    adminName: batched((ids) => app.approvals.adminNamesOf(ids)),
    sender: batched((ids) => app.senders.byIds(ids)),
    owner: batched((ids) => app.owners.byIds(ids)),
    approver: batched((ids) => app.owners.approversByIds(ids)),
    approversOfAgent: batched((ids) => app.owners.approversOfAgents(ids)),
    suspension: batched((ids) => app.suspensions.of(ids)),
    quarantines: batched((ids) => app.quarantines.ofAgents(ids)),
    agentStatus: batched((ids) => app.agents.statusesOf(ids)),
    activeContract: batched(documents.within((ids) => app.agents.activeContracts(ids))),
    activePolicySet: batched(documents.within((ids) => app.agents.activePolicySets(ids))),
    apiKeys: batched((ids) => app.keys.ofHolders(ids)),
    webhooks: batched((ids) => app.webhooks.ofAgents(ids)),
  };
}
