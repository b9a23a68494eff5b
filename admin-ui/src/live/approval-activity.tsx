import { useEffect } from 'react';
import { useRole } from '../viewer.tsx';
import { isOfRequest, useActivity } from './activity.tsx';

const EVERY_MS = 750;
const LOOK_EVERY_MS = 3_000;

/** Calls back when something may have happened to an approval. Approvers are told of no requests, and look for themselves. */
export function useApprovalActivity(onActivity: () => void): void {
  const isTold = useRole() !== 'approver';
  useActivity(isOfRequest, onActivity, EVERY_MS);
  useEffect(() => {
    if (isTold) return;
    const timer = setInterval(onActivity, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isTold, onActivity]);
}
