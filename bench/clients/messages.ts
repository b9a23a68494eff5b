/** What senders submit, agents answer, and the benchmark's processes tell each other. */

export type DoorName = 'rest' | 'graphql';

export type AgentParty = { readonly id: string; readonly handle: string; readonly apiKey: string };

export type Parties = { readonly agents: readonly AgentParty[]; readonly senderKey: string };

/** Its place among all that were submitted, when, in milliseconds of `monotonicMs`, and how long the agent thinks. */
export type Params = { readonly number: number; readonly at: number; readonly think_ms: number };

export type AgentsTask = { readonly door: DoorName; readonly urls: readonly string[]; readonly parties: Parties };

/** From submission to the agent, in milliseconds, since the last order. */
export type AgentsFigures = { readonly deliveryMs: Float64Array; readonly repeated: number };

/** Agents that hold channels and get nothing. Where there are more channels than agents, agents have several. */
export type IdleTask = { readonly door: DoorName; readonly url: string; readonly agents: readonly AgentParty[] };

/** Open so many more, so many a second; or close them all. */
export type IdleOrder = { readonly open: number; readonly perSecond: number; readonly close: boolean };

/** Channels that are open, and that ended since the last order although nobody here closed them. */
export type IdleFigures = { readonly open: number; readonly lost: number };

/** A sender that floods an agent over so many connections, each with one request open at a time. */
export type FloodTask = {
  readonly url: string;
  readonly handle: string;
  readonly action: string;
  readonly apiKey: string;
  readonly connections: number;
};

/** So many requests. */
export type FloodOrder = { readonly requests: number };

/** How many were answered with which status. */
export type FloodFigures = { readonly seconds: number; readonly answered: Readonly<Record<number, number>> };

export type SendersTask = AgentsTask & { readonly isWaiting: boolean };

/** Each worker has one request open at a time. Ends after so many seconds or requests, whichever is given. */
export type Load = {
  readonly workers: number;
  readonly thinkMs: number;
  readonly seconds?: number;
  readonly lifecycles?: number;
};

export type SendersFigures = {
  readonly seconds: number;
  readonly submitMs: Float64Array;
  readonly wholeMs: Float64Array;
  /** How often requests were read. */
  readonly reads: number;
  /** The ids of what was accepted. */
  readonly accepted: readonly string[];
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>;
};

/** Milliseconds of a clock that is the same for all processes of this machine, and never jumps. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
