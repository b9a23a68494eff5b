import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { useClient } from 'urql';
import { ActivityDocument, type ActivitySubscription } from '../generated/graphql.ts';
import { useRole } from '../viewer.tsx';
import { onReconnected } from './reconnections.ts';

export type Activity = ActivitySubscription['platformActivity'];
type Listener = (activity: Activity | null) => void;

/** After the platform has ended the subscription (it was read too slowly, say), it is opened again so much later. */
const RESUBSCRIBE_AFTER_MS = 1_000;

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
    let timer: ReturnType<typeof setTimeout> | undefined;
    let end = () => {};
    const follow = () => {
      const { unsubscribe } = client.subscription(ActivityDocument, {}).subscribe(({ data, error, hasNext }) => {
        tell(data?.platformActivity ?? null);
        if (error !== undefined && hasNext === false) again();
      });
      end = unsubscribe;
    };
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        end();
        follow();
        tell(null);
      }, RESUBSCRIBE_AFTER_MS);
    };
    follow();
    const stopListening = onReconnected(() => tell(null));
    return () => {
      clearTimeout(timer);
      stopListening();
      end();
    };
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastCall = 0;
    const call = () => {
      timer = undefined;
      lastCall = performance.now();
      latest.current.onActivity();
    };
    const stop = context.listen((activity) => {
      if (timer !== undefined || (activity !== null && !latest.current.concerns(activity))) return;
      timer = setTimeout(call, Math.max(0, lastCall + everyMs - performance.now()));
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [context, everyMs]);
}

export const isOfRequest = ({ __typename }: Activity): boolean => __typename === 'RequestStatusChanged';
