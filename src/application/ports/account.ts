import type { Payer } from '../admission/levels.ts';
import type { Release } from '../counted-keys.ts';

/** Takes what a call cost from who pays for it; `isAnswer`: for an agent's answer that came to nothing. */
export type Charge = (payer: Payer, units: number, isAnswer: boolean) => void;

/** So much of what a call costs is charged at once: what stays open for long is not charged at its end alone. */
const CHARGED_AT = 5;

/**
 * What a call costs, in units of about a millisecond of a node's processor time, and the seat that it has. It costs nobody
 * anything until it is opened.
 */
export class Account {
  #units = 0;
  #futile = 0;
  #payer: Payer | null = null;
  #charge: Charge | null = null;
  #release: Release | null = null;
  /** Whether an agent answers, which costs it nothing where something was recorded. */
  isAnswer = false;
  #isRecorded = false;

  get payer(): Payer | null {
    return this.#payer;
  }

  /** From now on, that one pays. What came before is charged to it, too. */
  open(payer: Payer, charge: Charge): void {
    this.#payer = payer;
    this.#charge = charge;
  }

  add(units: number): void {
    this.#units += units;
    if (this.#units >= CHARGED_AT && !this.isAnswer) this.settle();
  }

  /** What a call costs in any case: charged at once, so that a burst of them is not let in whole. */
  enter(units: number): void {
    this.#units += units;
    if (!this.isAnswer) this.settle();
  }

  /** An answer of an agent was recorded. */
  markRecorded(): void {
    this.#isRecorded = true;
  }

  /** An answer of an agent came to nothing. */
  addFutile(units: number): void {
    this.#futile += units;
  }

  /** Charges what has come together; of an answer, when it is over. */
  settle(): void {
    if (this.#payer === null || this.#charge === null) return;
    if (this.#units === 0 && this.#futile === 0) return;
    if (!this.isAnswer) this.#charge(this.#payer, this.#units, false);
    else if (!this.#isRecorded) this.#futile += this.#units;
    if (this.#futile > 0) this.#charge(this.#payer, this.#futile, true);
    this.#units = 0;
    this.#futile = 0;
  }

  /** It is under way in a seat. */
  sitDown(release: Release): void {
    this.#release = release;
  }

  get isSeated(): boolean {
    return this.#release !== null;
  }

  /** It is done, or waits for what is not the platform's to do. */
  leave(): void {
    this.#release?.();
    this.#release = null;
  }
}
