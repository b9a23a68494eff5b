import type { OpenRequests, OutboxDepth, PoolUse } from '../application/ports/operation.ts';

/** How one of the tasks of maintenance has fared. */
type TaskStatus = {
  readonly name: string;
  readonly failuresInARow: number;
  readonly lastDurationMs: number | null;
  readonly lastSuccessAt: Date | null;
};

/** What is read when somebody looks, because it is a state and not a count of what happened. */
export type Sources = {
  readonly version: string;
  /** The platform's time of day. */
  readonly now: () => Date;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** The transport of each channel that is open on this node. */
  readonly channelTransports: () => Iterable<string>;
  readonly connections: () => { readonly open: number; readonly unsentBytes: number };
  readonly sockets: () => number;
  readonly streams: () => number;
  /** Calls that are under way and that wait, by the level of who called. */
  readonly admission: () => readonly { readonly level: string; readonly taken: number; readonly waiting: number }[];
  /** How late this node is with what it has to do. */
  readonly delayMs: () => number;
  /** The part of what anybody may cost that there is at present. */
  readonly costPart: () => number;
  /** Nodes that are alive besides this one, as it knows. */
  readonly otherNodes: () => number;
  readonly maintenance: () => readonly TaskStatus[];
  readonly poolUse: () => PoolUse;
  readonly isolateUse: () => {
    readonly busyThreads: number;
    readonly idleThreads: number;
    readonly waitingJobs: number;
  };
  readonly busHealth: () => Promise<'ok' | 'down'>;
  /** What the node knows of the audit trail's sealing. */
  readonly auditState: () => {
    readonly mismatch: string | null;
    readonly unsealedSince: Date | null;
    readonly size: number;
    readonly unknownKeys: readonly string[];
  };
  readonly openRequests: (lookedAtMax: number) => Promise<OpenRequests>;
  readonly outboxDepth: (countedMax: number) => Promise<OutboxDepth>;
  /** Which part of what the platform takes is open, whatever its number. */
  readonly openPart: () => number;
  /** What is stored, by kind, and which part that is of what may be. */
  readonly stored: () => {
    readonly kinds: ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>;
    readonly part: number;
  };
};
