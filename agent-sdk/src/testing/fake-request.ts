import { randomUUID } from 'node:crypto';
import { FINAL_STATUSES, type FinishedRequest, type RequestState, type RequestStatus } from '../types.ts';

const WAIT_MS = 10_000;

/** How a test sees a request, and what it has happen to it. */
export interface FakeRequest {
  readonly id: string;
  /** As its sender reads it now. */
  readonly state: RequestState;
  /**
   * Resolves when it is final; rejects where that takes too long.
   * @param timeoutMs 10 seconds when left out
   */
  outcome(timeoutMs?: number): Promise<FinishedRequest>;
  /** Resolves when it is in the state; rejects where that takes too long, or cannot come any more. */
  until(status: RequestStatus, timeoutMs?: number): Promise<RequestState>;
  /** Its sender cancels it. Throws RequestFinishedError where it is final. */
  cancel(reason?: string): void;
  /** Delivers it once more, as the platform does where an ack is late. Throws RequestFinishedError where it is final. */
  redeliver(): void;
  /** Its time is over. Throws RequestFinishedError where it is final. */
  expire(): void;
}

/** Where an agent's requests go: one connection of it. */
export interface ChannelOfAgent {
  deliver(request: StoredRequest): void;
  withdraw(requestId: string, reason: string): void;
}

export interface RequestDraft {
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly handle: string;
  readonly agentId: string;
  readonly senderId: string;
  readonly expiresAt: Date;
  readonly contractId: string | null;
  readonly contextId: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** A request as the fake platform keeps it. */
export class StoredRequest {
  readonly id = randomUUID();
  readonly draft: RequestDraft;
  readonly createdAt = new Date();
  updatedAt = this.createdAt;
  status: RequestStatus = 'PENDING';
  result: unknown = null;
  error: RequestState['error'] = null;
  pipelineLog: RequestState['pipelineLog'] = [];
  progress: RequestState['progress'] = null;
  attempts = 0;
  /** The connection that has it. */
  channel: ChannelOfAgent | undefined;
  readonly #listeners = new Set<(state: RequestState) => void>();

  constructor(draft: RequestDraft) {
    this.draft = draft;
  }

  get isFinal(): boolean {
    return (FINAL_STATUSES as readonly RequestStatus[]).includes(this.status);
  }

  get state(): RequestState {
    const { action, params, handle, senderId, contractId, contextId, expiresAt } = this.draft;
    const { id, status, result, error, pipelineLog, attempts, progress, createdAt, updatedAt } = this;
    return {
      ...{ id, status, action, params, handle, senderId, contractId, contextId, progress },
      ...{ result, error, pipelineLog, attempts },
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    };
  }

  /** Puts it into another state, and tells who watches it. */
  become(
    change: Partial<Pick<StoredRequest, 'status' | 'result' | 'error' | 'progress' | 'attempts' | 'channel'>>,
  ): void {
    Object.assign(this, change, { updatedAt: new Date() });
    const { state } = this;
    for (const listener of [...this.#listeners]) listener(state);
  }

  /** Hears its state at each change; the answer ends it. */
  watch(listener: (state: RequestState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when it is in the state, or in a final one where none is named. */
  until(status: RequestStatus | undefined, timeoutMs: number = WAIT_MS): Promise<RequestState> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const isThere = status === undefined ? this.isFinal : this.status === status;
        if (!isThere && !this.isFinal) return false;
        clearTimeout(timer);
        unwatch();
        if (isThere) resolve(this.state);
        else reject(new Error(`Request ${this.id} is ${this.status}, and cannot be ${status} any more.`));
        return true;
      };
      const timer = setTimeout(() => {
        unwatch();
        reject(new Error(`Request ${this.id} is ${this.status}, not ${status ?? 'final'}, after ${timeoutMs} ms.`));
      }, timeoutMs);
      const unwatch = this.watch(look);
      look();
    });
  }
}
