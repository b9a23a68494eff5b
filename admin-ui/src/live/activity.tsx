import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { useClient } from 'urql';
import { ActivityDocument, type ActivitySubscription } from '../generated/graphql.ts';
import { useRole } from '../viewer.tsx';
import { atMostEvery, follow } from './follow.ts';

export type Activity = ActivitySubscription['platformActivity'];
type Listener = (activity: Activity | null) => void;

const ActivityContext = createContext<{ listen: (listener: Listener) => () => void } | null>(null);

/** Follows what happens on the platform, or to an owner's agents, once for the whole page. Approvers are told of approvals only. */
export function ActivityProvider({ children }: { readonly children: ReactNode }) {
  const client = useClient();
  const isTold = useRole() !== 'approver';
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    if (!isTold) return;
    const tell = (activity: Activity | null) => {
      for (const listener of listeners.current) listener(activity);
    };
    return follow(client, ActivityDocument, (event) => tell(event?.platformActivity ?? null));
  }, [client, isTold]);

  const value = useMemo(
    () => ({
      listen: (listener: Listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [],
  );
  return <ActivityContext value={value}>{children}</ActivityContext>;
}

/**
 * Calls back when something happened that concerns the page: at once after a quiet time, then at most once in so many
 * milliseconds while it goes on. `null` stands for "something may have been missed".
 */
export function useActivity(concerns: (activity: Activity) => boolean, onActivity: () => void, everyMs = 1_000): void {
  const context = useContext(ActivityContext);
  const latest = useRef({ concerns, onActivity });
  latest.current = { concerns, onActivity };

  useEffect(() => {
    if (context === null) return;
    const { call, stop } = atMostEvery(everyMs, () => latest.current.onActivity());
    const stopListening = context.listen((activity) => {
      if (activity === null || latest.current.concerns(activity)) call();
    });
    return () => {
      stop();
      stopListening();
    };
  }, [context, everyMs]);
}

export const isOfRequest = ({ __typename }: Activity): boolean => __typename === 'RequestStatusChanged';
