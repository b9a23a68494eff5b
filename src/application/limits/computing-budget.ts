import { networkOf } from '../../domain/network.ts';
import { holderIdOf } from '../../domain/principal.ts';
import { currentCall, noteLimit } from '../ports/call.ts';

/** While more than this share of a budget is left, nobody is told how it stands. */
const PLENTY = 0.5;

/**
 * Who pays for what is computed here: whoever asks, by their key, else by their network. Null for administrators, and for what
 * nobody asked for.
 */
export function payerHere(): string | null {
  const call = currentCall();
  if (call === null) return null;
  if (call.principal !== null) return call.principal.kind === 'admin' ? null : holderIdOf(call.principal);
  return call.address === '' ? null : `network ${networkOf(call.address)}`;
}

/** What counts milliseconds of threads into what the call costs that is served here, also once the call is over. */
export function meterHere(): (ms: number) => void {
  const account = currentCall()?.account;
  return (ms) => account?.add(ms);
}

/** Tells the caller how their budget of computing stands, in milliseconds of threads a minute, once less than half is left. */
export function noteComputing({
  quotaMs,
  leftMs,
  resetSeconds,
}: {
  readonly quotaMs: number;
  readonly leftMs: number;
  readonly resetSeconds: number;
}): void {
  if (leftMs > quotaMs * PLENTY) return;
  const quota = Math.floor(quotaMs);
  const remaining = Math.floor(leftMs);
  noteLimit({ policy: 'computing', partition: null, quota, windowSeconds: 60, remaining, resetSeconds });
}

/** Whoever asks waits for a thread, and keeps no seat from others meanwhile. */
export const standAside = (): void => currentCall()?.account.leave();
