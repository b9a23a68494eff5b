import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { useQuery } from 'urql';
import { ErrorNotice, Loading } from './components/states.tsx';
import { ViewerDocument, type ViewerQuery } from './generated/graphql.ts';
import { leaveForLogin } from './graphql/client.ts';

/** What somebody who is logged in may see here; the API refuses them everything else. */
export type Role = 'admin' | 'owner' | 'approver';

type Viewer = {
  readonly role: Role;
  /** What is known of them, besides. */
  readonly name: string;
  /** Whether they log in by a name of their own, and see to their login at /admin/account. */
  readonly hasAccount: boolean;
};

/** Null for nobody, and for those who have nothing to see here. */
function viewerOf(viewer: NonNullable<ViewerQuery['viewer']>): Viewer | null {
  switch (viewer.__typename) {
    case 'Admin':
      return { role: 'admin', name: viewer.name, hasAccount: viewer.adminId !== null };
    case 'Owner':
      return { role: 'owner', name: 'Owner', hasAccount: false };
    case 'Approver':
      return { role: 'approver', name: viewer.displayName, hasAccount: false };
    default:
      return null;
  }
}

const ViewerContext = createContext<Viewer | null>(null);

/** Asks once who is looking, and shows the page when that is known. */
export function ViewerProvider({ children }: { readonly children: ReactNode }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerDocument });
  const viewer = useMemo(() => (data?.viewer ? viewerOf(data.viewer) : null), [data]);
  const isNobody = data !== undefined && viewer === null;
  useEffect(() => {
    if (isNobody) leaveForLogin();
  }, [isNobody]);
  if (viewer !== null) return <ViewerContext value={viewer}>{children}</ViewerContext>;
  if (error === undefined || fetching) return <Loading />;
  return <ErrorNotice error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
}

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error('Nobody knows yet who is looking.');
  return viewer;
}

/** What whoever is looking may see. */
export const useRole = (): Role => useViewer().role;
