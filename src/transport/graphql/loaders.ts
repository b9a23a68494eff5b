import DataLoader from 'dataloader';
import type { Application } from '../../application/application.ts';

/**
 * Loads by id, many at once: a list of agents costs one statement per kind of thing it shows, however long it is.
 * Nothing is kept beyond a batch, so the events of one subscription never see an old state.
 */
export function createLoaders(app: Application) {
  const batched = <Value>(load: (ids: readonly string[]) => Promise<readonly Value[]>) =>
    new DataLoader<string, Value>((ids) => load(ids), { cache: false });
  return {
    agent: batched((ids) => app.agentsByIds(ids)),
    sender: batched((ids) => app.sendersByIds(ids)),
    agentStatus: batched((ids) => app.statusesOf(ids)),
    activeContract: batched((ids) => app.activeContracts(ids)),
    activePolicySet: batched((ids) => app.activePolicySets(ids)),
    apiKeys: batched((ids) => app.apiKeysOf(ids)),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
