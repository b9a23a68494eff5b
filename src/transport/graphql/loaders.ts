import DataLoader from 'dataloader';
import type { Application } from '../../application/application.ts';

/**
 * Loads by id, many at once: a list of agents costs one statement per kind of thing it shows, however long it is.
 * Nothing is kept beyond a batch, so the events of one subscription never see an old state.
 */
export function createLoaders(app: Pick<Application, 'agents' | 'senders' | 'keys'>) {
  const batched = <Value>(load: (ids: readonly string[]) => Promise<readonly Value[]>) =>
    new DataLoader<string, Value>((ids) => load(ids), { cache: false });
  return {
    agent: batched((ids) => app.agents.byIds(ids)),
    sender: batched((ids) => app.senders.byIds(ids)),
    agentStatus: batched((ids) => app.agents.statusesOf(ids)),
    activeContract: batched((ids) => app.agents.activeContracts(ids)),
    activePolicySet: batched((ids) => app.agents.activePolicySets(ids)),
    apiKeys: batched((ids) => app.keys.ofOwners(ids)),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
