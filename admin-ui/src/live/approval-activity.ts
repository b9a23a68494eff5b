import { useEffect, useRef } from 'react';
import { useClient } from 'urql';
import { ApprovalActivityDocument } from '../generated/graphql.ts';
import { atMostEvery, follow } from './follow.ts';

const EVERY_MS = 750;

/** Calls back when something happened to an approval that whoever is looking may see, or may have. */
export function useApprovalActivity(onActivity: () => void): void {
  const client = useClient();
  const latest = useRef(onActivity);
  latest.current = onActivity;
  useEffect(() => {
    const { call, stop } = atMostEvery(EVERY_MS, () => latest.current());
    const end = follow(client, ApprovalActivityDocument, call);
    return () => {
      end();
      stop();
    };
  }, [client]);
}
