/** What the processes of the hostile benchmark tell each other. */
import type { AgentParty } from '../clients/messages.ts';

/** A call as somebody makes it, over and over. */
export type CallMade = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whole lines, each ended by CRLF. */
  readonly headers: string;
  readonly body: string;
};

export type Registered = AgentParty & { readonly senderKey: string };

/** What attackers have prepared before they begin: agents of theirs, and senders. */
export type Material = {
  /** Agents with contracts of some 400 KB. */
  readonly large: readonly Registered[];
  /** Agents whose contracts take as long as they are given. */
  readonly burning: readonly Registered[];
  /** Agents that nobody has anything to do with, one for each address. */
  readonly own: readonly Registered[];
};

export type AttackTask = {
  readonly url: string;
  readonly attack: string;
  /** Where it comes from. */
  readonly addresses: readonly string[];
  readonly material: Material;
  /** Which of the processes of the attack this is, and of how many. */
  readonly part: number;
  readonly parts: number;
};

export type AttackOrder = { readonly seconds: number };

/** How often the attackers were told what: statuses of HTTP, and `closed` where a connection ended. */
export type AttackFigures = { readonly told: Readonly<Record<string, number>> };

export type HonestTask = {
  readonly url: string;
  /** Each sender has its agent. */
  readonly pairs: readonly Registered[];
  /** An agent that connects and leaves, again and again. */
  readonly returning: AgentParty;
  /** Lifecycles that begin in a second, however long the ones before take. */
  readonly rate: number;
};

/** So many seconds; meanwhile somebody who is refused as the attackers are makes that call from that address. */
export type HonestOrder = {
  readonly seconds: number;
  readonly shed: { readonly address: string; readonly call: CallMade } | null;
};

export type HonestFigures = {
  /** From submitting to the outcome, in milliseconds. */
  readonly wholeMs: Float64Array;
  /** The same of those that were submitted after the first two seconds. */
  readonly laterMs: Float64Array;
  /** From connecting to an open channel. */
  readonly channelMs: Float64Array;
  readonly healthMs: Float64Array;
  /** Of what was refused with 429 or 503. */
  readonly shedMs: Float64Array;
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>;
};
