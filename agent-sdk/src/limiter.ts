import { deferred } from './deferred.ts';

/** A place in line, and then a slot. */
export interface Turn {
  /** Resolves when it comes, or was left before that; null where it has come at once. */
  readonly coming: Promise<void> | null;
  /** Gives the place in line up or, once it has begun, the slot. A second time it does nothing. */
  leave(): void;
}

/** Somebody's tasks that wait, each by what begins it, the oldest first. */
interface Line {
  readonly waiting: Set<() => void>;
  /** In this round: what comes is for the next one. */
  hadTurn: boolean;
}

/**
 * Lets at most `limit` tasks run at a time. Those that wait have their turns by whose they are, round robin, and each
 * one's in the order in which they came: who has a hundred in line delays another's by no more than who has one.
 */
export class Limiter {
  readonly #limit: number;
  #active = 0;
  #waiting = 0;
  /** By whose they are: the lines whose turn comes in this round, in its order. None of them is empty. */
  readonly #round = new Map<string, Line>();
  /** Those of the next one. Who had a turn is among them even with nothing in line, until this round is over. */
  readonly #nextRound = new Map<string, Line>();
  /** How many may still join this round, so that those who are new every time cannot make it endless. */
  #newcomersLeft: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#newcomersLeft = limit;
  }

  /** How many tasks wait for a turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many of them are theirs. */
  waitingOf(whose: string): number {
    return this.#lineOf(whose)?.waiting.size ?? 0;
  }

  /** Whether a task that came now would begin at once. */
  get hasSlot(): boolean {
    return this.#active < this.#limit;
  }

  /** Runs the task when its turn has come. */
  async run<T>(task: () => Promise<T>, whose = ''): Promise<T> {
    const turn = this.turn(whose);
    try {
      if (turn.coming) await turn.coming;
      return await task();
    } finally {
      turn.leave();
    }
  }

  /** Takes a turn of theirs, which whoever takes it has to leave. */
  turn(whose: string): Turn {
    if (this.hasSlot) {
      this.#active += 1;
      const line = this.#lineOf(whose) ?? newLine();
      line.hadTurn = true;
      this.#nextRound.set(whose, line);
      return { coming: null, leave: once(() => this.#passOn()) };
    }
    const { promise: coming, resolve } = deferred<void>();
    let hasCome = false;
    const begin = () => {
      hasCome = true;
      resolve();
    };
    this.#join(whose, begin);
    const leave = once(() => {
      if (hasCome) this.#passOn();
      else this.#giveUp(whose, begin);
      resolve();
    });
    return { coming, leave };
  }

  #lineOf(whose: string): Line | undefined {
    return this.#round.get(whose) ?? this.#nextRound.get(whose);
  }

  #join(whose: string, begin: () => void): void {
    this.#waiting += 1;
    let line = this.#lineOf(whose);
    if (!line) {
      line = newLine();
      const mayJoinRound = this.#newcomersLeft > 0;
      if (mayJoinRound) this.#newcomersLeft -= 1;
      (mayJoinRound ? this.#round : this.#nextRound).set(whose, line);
    }
    line.waiting.add(begin);
  }

  #giveUp(whose: string, begin: () => void): void {
    const line = this.#lineOf(whose);
    if (!line?.waiting.delete(begin)) return;
    this.#waiting -= 1;
    if (line.waiting.size > 0 || line.hadTurn) return;
    this.#round.delete(whose);
    this.#nextRound.delete(whose);
  }

  /** The slot passes to the next task instead of being released, so that no newcomer slips in between. */
  #passOn(): void {
    if (this.#waiting === 0) {
      this.#active -= 1;
      this.#nextRound.clear();
      this.#newcomersLeft = this.#limit;
      return;
    }
    if (this.#round.size === 0) this.#beginRound();
    for (const [whose, line] of this.#round) {
      this.#round.delete(whose);
      this.#nextRound.set(whose, line);
      line.hadTurn = true;
      this.#beginNextOf(line);
      return;
    }
  }

  #beginNextOf(line: Line): void {
    for (const begin of line.waiting) {
      line.waiting.delete(begin);
      this.#waiting -= 1;
      begin();
      return;
    }
  }

  #beginRound(): void {
    for (const [whose, line] of this.#nextRound) {
      line.hadTurn = false;
      if (line.waiting.size > 0) this.#round.set(whose, line);
    }
    this.#nextRound.clear();
    this.#newcomersLeft = Math.max(this.#limit, this.#round.size);
  }
}

const newLine = (): Line => ({ waiting: new Set(), hadTurn: false });

/** The same, which does nothing when it is called again. */
function once(call: () => void): () => void {
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    call();
  };
}
