import { setTimeout as wait } from 'node:timers/promises';
import { Ledger } from '../ledger.ts';
import type { Figures } from '../report.ts';
import type { FaultStand } from './fault-stand.ts';
import type { Fault } from './kinds.ts';
import { Probes } from './probes.ts';
import { Senders } from './senders.ts';

/** Within that a request is completed again, through every node, after the fault is over; and every call is answered. */
export const BOUND_MS = 20_000;

/** Requests before the fault, and after the stand works again. */
const BEFORE_MS = 1_500;
const AFTER_MS = 1_500;
const LOOK_EVERY_MS = 100;
/** Channels that are silent are closed an eighth of the time-out later, with two seconds for the handshake. */
const closedAfterMs = (silenceMs: number) => (silenceMs * 9) / 8 + 2_000;
const SWEEP_MS = 1_000;

type Bounds = { readonly requestsMax: number; readonly withinMs: number };

export type FaultResult = {
  readonly figures: Figures;
  readonly violations: Readonly<Record<string, number>>;
  /** Requests that have no outcome, and their state. */
  readonly unfinished: readonly string[];
};

/** Has senders at work, does the fault, and waits until the stand works again and every request is final. */
export async function runFault(
  stand: FaultStand,
  fault: Fault,
  { requestsMax, withinMs }: Bounds,
): Promise<FaultResult> {
  const { nodes, handle, senderKey, databaseUrl, times } = stand;
  const keyPrefix = `${fault.name}.`;
  const ledger = new Ledger({ keyPrefix });
  stand.onRun = (id, attempt) => ledger.noteRun(id, attempt);
  const isWholeBefore = await untilWhole(stand, withinMs);
  const senders = new Senders({
    urls: nodes.map(({ url }) => url),
    handle,
    apiKey: senderKey,
    ledger,
    keyPrefix,
    requestsMax,
    ...(fault.patienceMs !== undefined && { patienceMs: fault.patienceMs }),
  });
  await wait(BEFORE_MS);
  const probes = new Probes(nodes);
  const sentBefore = senders.sent;
  const began = Date.now();
  const broken = await inflicted(stand, fault);
  const ended = Date.now();
  const deadline = ended + withinMs;

  const recoveredOf = (node: number) => senders.completedAfter(ended, node);
  const recovered = () => nodes.map((_, node) => recoveredOf(node));
  while (recovered().includes(undefined) && Date.now() < deadline) await wait(LOOK_EVERY_MS);
  const sentDuring = senders.sent - sentBefore;
  const recoveredAt = Math.max(...recovered().map((at) => at ?? Number.POSITIVE_INFINITY));
  const isWholeAfter = await untilWhole(stand, Math.max(0, deadline - Date.now()));
  const seen = await probes.end();
  await wait(AFTER_MS);
  await senders.end(Math.max(deadline, Date.now() + BOUND_MS));
  const allFinal = Date.now();

  const noticedAt = ended + Math.max(times.timeoutMs, closedAfterMs(times.silenceMs));
  const excusedUntil = Math.max(noticedAt, Math.min(recoveredAt, allFinal)) + SWEEP_MS + (fault.clockStepMs ?? 0);
  ledger.disturbances.push({ what: fault.name, at: began, until: fault.mayRedeliver ? excusedUntil : null });
  const settled = await ledger.settle(databaseUrl, handle, { toldWithinMs: ended - began + BOUND_MS });
  const {
    requests = 0,
    COMPLETED: completed = 0,
    redeliveries = 0,
    'handler executions': executions = 0,
  } = settled.figures;
  const violations = {
    ...settled.violations,
    ...broken,
    'stranded: no outcome for the sender': senders.stranded,
    'ended otherwise than completed': requests - completed,
    'not every node ready with its agents before the fault': isWholeBefore ? 0 : 1,
    'not every node ready with its agents after the fault': isWholeAfter ? 0 : 1,
    [`no request completed through every node ${BOUND_MS / 1_000} s after the fault`]:
      recoveredAt - ended > BOUND_MS ? 1 : 0,
    [`calls without an answer for ${BOUND_MS / 1_000} s`]: senders.longerThan(BOUND_MS),
    'answers that are neither success nor 503': [...senders.others.values()].reduce((sum, count) => sum + count, 0),
    'connections to a node broke, which had nothing': fault.isOfNodes ? 0 : senders.refused + senders.cut,
    'probes did not say what was so': isTruth(fault, seen) ? 0 : 1,
  };
  const first = senders.completedAfter(began);
  return {
    violations,
    unfinished: settled.unfinished,
    figures: {
      'lasted (s)': (ended - began) / 1_000,
      'requests sent': senders.sent,
      'until it works again': sentDuring,
      completed,
      'answered 503': senders.unavailable,
      'connections refused': senders.refused,
      'connections cut': senders.cut,
      ...(fault.patienceMs !== undefined && { 'given up': senders.givenUp }),
      ...(senders.others.size > 0 && {
        'answered otherwise': [...senders.others].map((each) => each.join(' × ')).join(', '),
      }),
      'longest call (s)': senders.longestMs / 1_000,
      'longest without a completion (s)': senders.longestGapMs(began, Math.min(recoveredAt, allFinal)) / 1_000,
      'completed again after it began (s)': first === undefined ? 'never' : (first - began) / 1_000,
      'through every node after it ended (s)': Number.isFinite(recoveredAt) ? (recoveredAt - ended) / 1_000 : 'never',
      'all final after it ended (s)': senders.stranded > 0 ? 'never' : Math.max(0, (allFinal - ended) / 1_000),
      redeliveries,
      'handler executions': executions,
      'probes of A': (seen[0] ?? []).join(' '),
      'probes of B': (seen[1] ?? []).join(' '),
    },
  };
}

/** A fault that fails is a violation: whatever it says of the product, its figures mean nothing. */
async function inflicted(stand: FaultStand, fault: Fault): Promise<Readonly<Record<string, number>>> {
  const broken: Record<string, number> = {};
  const note = (what: string) => {
    broken[what] = (broken[what] ?? 0) + 1;
  };
  try {
    await fault.inflict(stand, note);
  } catch (error) {
    note(`the fault could not be made: ${error instanceof Error ? error.message : String(error)}`);
  }
  return broken;
}

async function untilWhole(stand: FaultStand, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await stand.isWhole())) {
    if (Date.now() >= deadline) return false;
    await wait(LOOK_EVERY_MS);
  }
  return true;
}

function isTruth({ probes }: Fault, seen: readonly (readonly string[])[]): boolean {
  if (probes === 'turn unready') return seen.every((states) => states.includes('503'));
  if (probes === 'stay ready') return seen.every((states) => states.every((state) => state === '200'));
  return true;
}
