import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { useQuery } from 'urql';
import { ErrorNotice, Loading } from './components/states.tsx';
import { ViewerDocument } from './generated/graphql.ts';
import { leaveForLogin } from './graphql/client.ts';

/** What somebody who is logged in may see here; the API refuses them everything else. */
export type Role = 'admin' | 'owner' | 'approver';

/** By the name of the viewer's type. */
const ROLES: Readonly<Record<string, Role>> = { Admin: 'admin', Owner: 'owner', Approver: 'approver' };

const ViewerContext = createContext<Role | null>(null);

/** Asks once who is looking, and shows the page when that is known. */
export function ViewerProvider({ children }: { readonly children: ReactNode }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerDocument });
  const typeName: string | undefined = data?.viewer?.__typename;
  const role = ROLES[typeName ?? ''];
  const isNobody = data !== undefined && role === undefined;
  useEffect(() => {
    if (isNobody) leaveForLogin();
  }, [isNobody]);
  if (role !== undefined) return <ViewerContext value={role}>{children}</ViewerContext>;
  if (error === undefined || fetching) return <Loading />;
  return <ErrorNotice error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
}

/** What whoever is looking may see. */
export function useRole(): Role {
  const role = useContext(ViewerContext);
  if (role === null) throw new Error('Nobody knows yet who is looking.');
  return role;
}
