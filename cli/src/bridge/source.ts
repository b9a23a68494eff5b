import type { CapabilityInput } from '@clawcierge/agent-sdk';

/** A request as a source gets it. */
export interface BridgeCall {
  readonly id: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly senderId: string;
  /** What belongs together in the sender's eyes; null where it does not say. */
  readonly contextId: string | null;
  /** 1 the first time. */
  readonly attempt: number;
  readonly expiresAt: Date;
}

/** What a source has besides while it works on a call. */
export interface CallIo {
  /** Fires when the request is cancelled or expires, or the bridge ends. */
  readonly signal: AbortSignal;
  /** How far it is: numbers that rise. */
  progress(value: number, said?: { readonly total?: number; readonly message?: string }): void;
}

/** What a bridge makes an agent of: it says what it can do, and does it. */
export interface BridgeSource {
  /** Has it ready for work. While this fails, no channel is held. */
  open(signal: AbortSignal): Promise<void>;
  /** What it can do, in its own words. */
  describe(): Promise<readonly CapabilityInput[]>;
  /** Hears that it can do something else now. Answers what ends that. */
  onChange(listener: () => void): () => void;
  /** Hears once, after `open`, that it works no longer, and why. */
  onEnd(listener: (reason: string) => void): void;
  /** Does it, and answers the result. Throws an ActionError for what the sender may read. */
  perform(call: BridgeCall, io: CallIo): Promise<unknown>;
  /** Ends it, with all that it started. It may be opened again. */
  close(): Promise<void>;
}

/** Where bridges and what is behind them say what happens. */
export type Say = (line: string) => void;

/** The source cannot work, now or later: the program is not there, or a file that it needs is of no use. */
export class UnusableSourceError extends Error {}
