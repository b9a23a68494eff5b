import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import type { Ports } from '../ports/ports.ts';
import { createAuthenticateApiKey } from './authenticate-api-key.ts';
import type { KeyUse } from './key-use.ts';
import { createManageApiKeys } from './manage-api-keys.ts';
import type { WhenKeyEnds } from './when-key-ends.ts';

type Dependencies = Ports & {
  readonly changes: Changes;
  readonly cluster: ClusterView;
  readonly keyUse: KeyUse;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
  readonly whenKeyEnds: WhenKeyEnds;
};

export type Keys = ReturnType<typeof createKeys>;

/** The use cases of API keys. */
export function createKeys(deps: Dependencies) {
  const { apiKeys, cluster, whenKeyEnds } = deps;
  const { listApiKeys, createApiKey, revokeApiKey } = createManageApiKeys(deps);
  const authenticate = createAuthenticateApiKey({ ...deps, hintsReachAll: () => cluster.hintsReachAll() });
  return {
    authenticate: authenticate.byText,
    authenticateByHash: authenticate.byHash,
    list: listApiKeys,
    create: createApiKey,
    revoke: revokeApiKey,
    ofHolders: (ids: readonly string[]) => apiKeys.byHolders(ids),
    whenKeyEnds,
  };
}
