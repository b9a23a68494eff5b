import type { Topic } from '../application/ports/bus.ts';
import { decodePeerMessage, type PeerMessage } from './peer-message.ts';

/** How often a node says that it is there, while there are others to hear it. */
const BEAT_EVERY_MS = 2_500;
/** Who was not heard of for so long is gone. */
const SILENCE_MAX_MS = 10_000;
/** How long the answers of others are waited for. */
const ANSWER_WITHIN_MS = 1_000;
/** A topic that nobody here listens to any more goes on coming for so long, so that its next listener waits for nobody. */
const LINGER_MS = 30_000;
/**
 * Nodes that are kept in mind: whoever can write to the bus can make up more. From then on hints of every topic are
 * sent, and taken not to reach everybody.
 */
const PEERS_MAX = 256;
const ID_MAX_LENGTH = 64;

type Peer = { topics: readonly Topic[]; heardAt: number; answers: boolean };

/** A question to all, what they are told with it, and who has not answered it yet. */
type Round = { readonly ask: number; readonly topics: ReadonlySet<Topic>; readonly waiting: Set<string> };

type Dependencies = {
  readonly id: string;
  /** Sends it to every other node, if the connection is up. */
  readonly send: (message: PeerMessage) => void;
  /** Hints of others may have been lost. */
  readonly onGap: () => void;
};

/**
 * The other nodes on the bus, and which topics they listen to: what nobody listens to is not sent, and a node that is
 * alone sends nothing. A node says so when it comes or listens to something new, and is answered; all say so again every
 * few seconds. What strangers say here can make a node send too much, or too little for a few seconds.
 */
export class Peers {
  readonly #deps: Dependencies;
  readonly #peers = new Map<string, Peer>();
  /** Every topic that one of them listens to. */
  #wanted: ReadonlySet<Topic> = new Set();
  /** How many listen to the topic on this node; until when those that nobody listens to any more are kept. */
  readonly #inUse = new Map<Topic, number>();
  readonly #lingering = new Map<Topic, number>();
  /** What every other node knows to be listened to here. */
  #confirmed: ReadonlySet<Topic> = new Set();
  #round: (Round & { readonly done: Promise<void>; readonly end: () => void }) | null = null;
  #asked = 0;
  #isUp = false;
  readonly #firstUp = Promise.withResolvers<void>();
  /** Called whenever a node comes that was not known. */
  readonly #arrivals = new Set<() => void>();
  #beatAt = performance.now();
  readonly #beating: NodeJS.Timeout;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#beating = setInterval(() => this.#beat(), BEAT_EVERY_MS).unref();
  }

  /** How many there are; 0 while nothing reaches them, or some may not be known because there are too many. */
  get reachable(): number {
    return this.#isUp && !this.#isFull ? this.#peers.size : 0;
  }

  /** Whether another node listens to the topic, under whichever key. */
  want(topic: Topic): boolean {
    return this.#wanted.has(topic) || this.#isFull;
  }

  /** A listener of the topic came to this node (1), or went (-1). */
  count(topic: Topic, change: 1 | -1): void {
    const left = (this.#inUse.get(topic) ?? 0) + change;
    this.#inUse.set(topic, left);
    if (left === 0) this.#lingering.set(topic, performance.now() + LINGER_MS);
  }

  /** The connection is up, for the first time or again. */
  up(): void {
    this.#isUp = true;
    void this.#ask(true);
    this.#firstUp.resolve();
  }

  down(): void {
    this.#isUp = false;
    this.#confirmed = new Set();
    this.#round?.end();
  }

  /** Answers when all others know what is listened to here, and at least so many are known; within a second in any case. */
  inForce(otherNodes: number): Promise<void> {
    // Every request that is waited for asks, so the usual answer takes neither a timer nor a race.
    if (this.#isUp && this.#isConfirmed() && this.#peers.size >= otherNodes) return Promise.resolve();
    return within(ANSWER_WITHIN_MS, this.#settled(otherNodes));
  }

  /** Takes what came from another node, or from a stranger. */
  take(from: unknown, body: unknown): void {
    const message = decodePeerMessage(body);
    if (message === null || typeof from !== 'string' || from.length > ID_MAX_LENGTH || from === this.#deps.id) return;
    if (message.event === 'lost') this.#deps.onGap();
    else if (message.event === 'gone') this.#forget(from);
    else this.#hear(from, message);
  }

  #hear(from: string, message: Extract<PeerMessage, { topics: unknown }>): void {
    const known = this.#peers.get(from);
    const wasUnknown = known === undefined;
    if (wasUnknown && this.#isFull) return;
    this.#peers.set(from, { topics: message.topics, heardAt: performance.now(), answers: true });
    this.#lookAtWanted();
    if (wasUnknown) for (const arrived of [...this.#arrivals]) arrived();
    if (message.event === 'here') {
      const { topics, ask, isBack } = message;
      // Also of a node that was taken for gone meanwhile: it may have dropped hints while nobody knew.
      if (isBack) this.#deps.onGap();
      // Nothing was sent to it of what it listens to, although it has said so before: somebody else said otherwise.
      const wasMistaken = ask === null && !topics.every((topic) => known?.topics.includes(topic));
      if (ask !== null || wasUnknown || wasMistaken) this.#answer(from, ask, (wasUnknown || wasMistaken) && !isBack);
    } else if (message.to === this.#deps.id) {
      if (message.wasUnknown) this.#deps.onGap();
      if (message.ask === this.#round?.ask) this.#answered(from);
    }
  }

  /** Says that this node is gone. */
  close(): void {
    clearInterval(this.#beating);
    if (this.#peers.size > 0) this.#deps.send({ event: 'gone' });
    this.down();
    this.#peers.clear();
    this.#lookAtWanted();
  }

  /** Tells all what is listened to here, and answers when they have said that they know. */
  #ask(isBack: boolean): Promise<void> {
    const topics = this.#topics();
    const under = this.#round;
    if (under && !isBack && topics.every((topic) => under.topics.has(topic))) return under.done;
    under?.end();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#asked += 1;
    const waiting = new Set([...this.#peers].filter(([, { answers }]) => answers).map(([id]) => id));
    const tooLate = setTimeout(() => {
      // It is dead, most likely, and not forgotten yet: nobody waits for it again.
      for (const id of round.waiting) {
        const peer = this.#peers.get(id);
        if (peer) peer.answers = false;
      }
      round.end();
    }, ANSWER_WITHIN_MS);
    const end = () => {
      clearTimeout(tooLate);
      if (this.#round === round) this.#round = null;
      resolve();
    };
    const round = { ask: this.#asked, topics: new Set(topics), waiting, done: promise, end };
    this.#round = round;
    // A node that comes back says so also when it knows of nobody.
    if (isBack || this.#peers.size > 0) this.#deps.send({ event: 'here', topics, ask: round.ask, isBack });
    if (waiting.size === 0) this.#endRound();
    return promise;
  }

  #answered(by: string): void {
    this.#round?.waiting.delete(by);
    if (this.#round?.waiting.size === 0) this.#endRound();
  }

  #endRound(): void {
    const round = this.#round;
    if (!round) return;
    this.#confirmed = round.topics;
    round.end();
  }

  #answer(to: string, ask: number | null, wasUnknown: boolean): void {
    this.#deps.send({ event: 'heard', topics: this.#topics(), to, ask, wasUnknown });
  }

  /** What is listened to here, or was a moment ago. */
  #topics(): readonly Topic[] {
    const now = performance.now();
    return [...this.#inUse].flatMap(([topic, count]) =>
      count > 0 || (this.#lingering.get(topic) ?? 0) > now ? [topic] : [],
    );
  }

  #beat(): void {
    const now = performance.now();
    const wasHeldUp = now - this.#beatAt > SILENCE_MAX_MS;
    this.#beatAt = now;
    for (const [id, { heardAt }] of this.#peers) if (now - heardAt > SILENCE_MAX_MS) this.#forget(id);
    if (!this.#isUp) return;
    if (wasHeldUp) {
      // The others may have forgotten this node, and sent it nothing since.
      void this.#ask(true);
      this.#deps.onGap();
    } else if (this.#peers.size > 0) {
      const topics = this.#topics();
      this.#confirmed = new Set(topics.filter((topic) => this.#confirmed.has(topic)));
      this.#deps.send({ event: 'here', topics, ask: null, isBack: false });
    }
  }

  get #isFull(): boolean {
    return this.#peers.size >= PEERS_MAX;
  }

  #forget(id: string): void {
    if (!this.#peers.delete(id)) return;
    this.#lookAtWanted();
    if (this.#round) this.#answered(id);
  }

  #lookAtWanted(): void {
    this.#wanted = new Set([...this.#peers.values()].flatMap(({ topics }) => topics));
  }

  async #settled(otherNodes: number): Promise<void> {
    if (!this.#isUp) await within(ANSWER_WITHIN_MS, this.#firstUp.promise);
    if (!this.#isUp) return;
    if (!this.#isConfirmed()) await this.#ask(false);
    if (this.#peers.size < otherNodes) await this.#untilKnown(otherNodes);
  }

  /** Whether all others know every topic that is listened to here. */
  #isConfirmed(): boolean {
    for (const [topic, count] of this.#inUse) if (count > 0 && !this.#confirmed.has(topic)) return false;
    return true;
  }

  async #untilKnown(otherNodes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#peers.size >= otherNodes) resolve();
    };
    this.#arrivals.add(look);
    await within(ANSWER_WITHIN_MS, promise);
    this.#arrivals.delete(look);
  }
}

/** Waits for the promise, but not longer. */
function within(ms: number, promise: Promise<void>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}
