import type { ProgressToken } from '@modelcontextprotocol/server';
import type { Clock } from '../../application/ports/clock.ts';
import type { Request } from '../../domain/request.ts';
import { stateText } from './request-state.ts';

/** Clients that wait longer while they hear of progress give up after a minute without. */
const BEAT_MS = 15_000;
/** So much of a step is a beat: nothing to whoever shows it, and a higher number. */
const BEAT = 1e-6;

/** What is told of a call while it goes on, as `notifications/progress` has it. */
export type Progress = {
  readonly progressToken: ProgressToken;
  readonly progress: number;
  readonly total?: number;
  readonly message: string;
};

/** Where it is told: what the caller named it by, and how messages reach it. */
export type ProgressChannel = { readonly progressToken: ProgressToken; readonly send: (progress: Progress) => void };

export type ProgressReports = {
  /** To be called with each change of the request. */
  readonly onUpdate: (request: Request) => void;
  readonly stop: () => void;
};

/**
 * Tells how far a request is: at each change, and again every 15 seconds, always with a higher number than before: what the
 * agent says, or a little more than the last.
 */
export function reportProgress({ progressToken, send }: ProgressChannel, clock: Clock): ProgressReports {
  let latest: Request | null = null;
  let said: unknown = null;
  let last = 0;
  const report = (request: Request) => {
    const { value = 0, total = null } = request.progress ?? {};
    const next = Math.max(value, last + Math.max(BEAT, Math.abs(last) * (2 * Number.EPSILON)));
    // There is no higher number.
    if (next === Number.POSITIVE_INFINITY) return;
    last = next;
    send({ progressToken, progress: last, ...(total !== null && { total }), message: stateText(request) });
  };
  const stop = clock.every(BEAT_MS, () => {
    if (latest !== null) report(latest);
  });
  return {
    onUpdate(request) {
      latest = request;
      const text = JSON.stringify([request.progress, stateText(request)]);
      if (text === said) return;
      said = text;
      report(request);
    },
    stop,
  };
}
