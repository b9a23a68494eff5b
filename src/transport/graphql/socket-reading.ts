import type { WebSocket } from 'ws';
import type { Admission } from '../../application/admission/admission.ts';
import type { Payer } from '../../application/admission/levels.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { COST } from '../../application/ports/cost.ts';
import { CLOSE_TOO_BUSY } from '../close-codes.ts';
import { closeSocket } from '../heartbeat.ts';

/** Answers that a client may leave unread before what it sends is left unread as well. */
const UNREAD_MAX_BYTES = 1_048_576;

/** A socket whose client has used up its budget is read again after so long, in milliseconds. */
const READ_AGAIN_MS = 1_000;

/** Messages that are taken in of such a socket meanwhile: those that had arrived. With one more it is closed. */
const UNPAID_MAX = 256;

const KIB = 1_024;

/** How fast a socket is read: no faster than its client pays for what it sends, and than it reads what it is answered. */
export class SocketReading {
  readonly #socket: WebSocket;
  readonly #admission: Admission;
  readonly #clock: Clock;
  #isSlowedDown = false;
  #isBehind = false;
  #unpaid = 0;

  constructor(socket: WebSocket, admission: Admission, clock: Clock) {
    this.#socket = socket;
    this.#admission = admission;
    this.#clock = clock;
  }

  /**
   * Charges what it takes to read a message, whatever it says: pings are answered, too. What an agent asks and answers is charged, or
   * not, for what it does. Answers whether it is taken in; if not, the socket is closed.
   */
  takes(payer: Payer, bytes: number, type: unknown): boolean {
    const isAgents = payer.level === 'agents';
    if (isAgents && type === 'subscribe') return true;
    this.#admission.charge(payer, COST.frame + (bytes / KIB) * COST.readKib, isAgents);
    if (this.#admission.hasLeft(isAgents ? payer.answers : payer.budgets)) return true;
    this.slowDown();
    this.#unpaid += 1;
    if (this.#unpaid <= UNPAID_MAX) return true;
    closeSocket(this.#socket, this.#clock, CLOSE_TOO_BUSY);
    return false;
  }

  /** Reads it again in a while. */
  slowDown(): void {
    if (this.#isSlowedDown) return;
    this.#isSlowedDown = true;
    this.#socket.pause();
    this.#clock.after(READ_AGAIN_MS, () => {
      this.#isSlowedDown = false;
      this.#unpaid = 0;
      this.#resume();
    });
  }

  /**
   * Everything that a client sends is answered, pings included: one that does not read its answers is not read either
   * until it has, so that they do not pile up here. While it is silent so, its heartbeat is missing.
   */
  waitUntilRead(): void {
    if (this.#isBehind || this.#socket.bufferedAmount <= UNREAD_MAX_BYTES) return;
    this.#isBehind = true;
    this.#socket.pause();
    // It is on the wire when all that was to be sent before it is.
    this.#socket.ping(undefined, undefined, () => {
      this.#isBehind = false;
      this.#resume();
    });
  }

  #resume(): void {
    if (!this.#isSlowedDown && !this.#isBehind) this.#socket.resume();
  }
}
