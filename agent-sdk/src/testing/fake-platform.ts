import type { RequestInput } from '../client.ts';
import type { FinishedRequest } from '../types.ts';
import { Doors, type Drop } from './doors.ts';
import type { FakeAgent, FakeSender } from './fake-parties.ts';
import type { FakeRequest, StoredRequest } from './fake-request.ts';
import { type Decide, FakeStore } from './fake-store.ts';

export interface FakePlatformOptions {
  /** The handle of the agent that is there from the start. @default 'test.agent' */
  readonly handle?: string;
  /**
   * What the pipeline says to each submission: undefined lets it pass, anything else rejects it.
   * @default lets everything pass, but for actions that the agent's contract does not have once it has one
   */
  readonly decide?: Decide;
}

/** What is submitted: to the agent that is there from the start, by the sender that is, unless told otherwise. */
export type FakeSubmission = Omit<RequestInput, 'handle'> & { readonly handle?: string; readonly senderId?: string };

/**
 * A platform in this process, for tests of agents and senders: on a port of the loopback address, with the front doors
 * that the SDK uses. It plays delivery, its failures included. It plays no policies, schemas, approvals and limits.
 */
export class FakePlatform {
  /** Where it is, for `new ClawciergeAgent({ url, … })`. */
  readonly url: string;
  /** An agent that is there from the start. */
  readonly agent: FakeAgent;
  /** A sender that is there from the start. */
  readonly sender: FakeSender;
  readonly #store: FakeStore;
  readonly #doors: Doors;

  /** Use startFakePlatform. */
  constructor(store: FakeStore, doors: Doors, handle: string) {
    this.#store = store;
    this.#doors = doors;
    this.url = doors.url;
    this.agent = store.parties.addAgent(handle, handle, null);
    this.sender = store.parties.addSender('Test Sender');
  }

  /** Another agent. Throws HandleTakenError. */
  addAgent(handle: string): FakeAgent {
    return this.#store.parties.addAgent(handle, handle, null);
  }

  /** Another sender. */
  addSender(displayName = 'Test Sender'): FakeSender {
    return this.#store.parties.addSender(displayName);
  }

  /**
   * Submits a request as its sender would. Throws what a client's `submit` throws: AgentNotConnectedError where nobody is
   * connected and `whenOffline` does not say QUEUE, RequestRejectedError, AgentNotFoundError.
   */
  submit(submission: FakeSubmission): FakeRequest {
    const { handle = this.agent.handle, senderId = this.sender.id, ...input } = submission;
    return this.#shown(this.#store.submit({ ...input, handle, senderId }).request);
  }

  /** Everything that was submitted, whichever way, in that order; what was rejected among it. */
  get requests(): readonly FakeRequest[] {
    return [...this.#store.requests.values()].map((request) => this.#shown(request));
  }

  /** Ends all sockets, of agents and of senders who wait; whoever had them may connect again. */
  dropConnections(drop: Drop = {}): void {
    this.#doors.drop(drop);
  }

  /** Ends all sockets, and takes no more. */
  async stop(): Promise<void> {
    this.#store.stop();
    await this.#doors.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #shown(request: StoredRequest): FakeRequest {
    const store = this.#store;
    return {
      id: request.id,
      get state() {
        return request.state;
      },
      outcome: async (timeoutMs) => (await request.until(undefined, timeoutMs)) as FinishedRequest,
      until: (status, timeoutMs) => request.until(status, timeoutMs),
      cancel: (reason) => void store.cancel(request, reason),
      redeliver: () => store.redeliver(request),
      expire: () => store.expire(request),
    };
  }
}

/** Starts a fake platform; `stop` it when the test is over, or have `await using` do it. */
export async function startFakePlatform(options: FakePlatformOptions = {}): Promise<FakePlatform> {
  const store = new FakeStore(options.decide);
  return new FakePlatform(store, await Doors.open(store), options.handle ?? 'test.agent');
}
