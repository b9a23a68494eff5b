import type { Approver } from '../../domain/approver.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Directory } from '../agents/directory.ts';
import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import type { Ports } from '../ports/ports.ts';
import { createAuthenticateApiKey } from './authenticate-api-key.ts';
import type { KeyEnds } from './key-ends.ts';
import { createKeyHolders } from './key-holders.ts';
import type { KeyUse } from './key-use.ts';
import { createManageApiKeys } from './manage-api-keys.ts';
import { createRotateApiKey } from './rotate-api-key.ts';
import type { WhenKeyEnds } from './when-key-ends.ts';

type Dependencies = Ports & {
  readonly changes: Changes;
  readonly cluster: ClusterView;
  readonly failedAuthentications: FailedAuthentications;
  readonly directory: Directory;
  readonly keyEnds: KeyEnds;
  readonly keyUse: KeyUse;
  readonly mayManageApprover: (principal: Principal | null, approver: Approver) => Promise<boolean>;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
  readonly whenKeyEnds: WhenKeyEnds;
};

export type Keys = ReturnType<typeof createKeys>;

/** The use cases of API keys. */
export function createKeys(deps: Dependencies) {
  const { apiKeys, cluster, failedAuthentications, whenKeyEnds } = deps;
  const withHolders = { ...deps, holders: createKeyHolders(deps) };
  const { listApiKeys, createApiKey, revokeApiKey, managedKey } = createManageApiKeys(withHolders);
  const authenticate = createAuthenticateApiKey({ ...deps, hintsReachAll: () => cluster.hintsReachAll() });
  return {
    authenticate: authenticate.byText,
    /** Whoever serves the call found that its key opens nothing: how many those are is on record. */
    noteRefused: () => failedAuthentications.count('keys'),
    authenticateByHash: authenticate.byHash,
    list: listApiKeys,
    create: createApiKey,
    revoke: revokeApiKey,
    rotate: createRotateApiKey({ ...withHolders, managedKey }),
    ofHolders: (ids: readonly string[]) => apiKeys.byHolders(ids),
    whenKeyEnds,
  };
}
