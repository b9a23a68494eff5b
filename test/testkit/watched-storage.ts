import type { Storage } from '../../src/storage/create-storage.ts';

/** What one node asks of its stores. */
export class StoreWatch {
  /** As `requests.claim`, in order. */
  readonly calls: string[] = [];
  /** Called before each call; what it throws is what the call throws. */
  onCall: (call: string) => void = () => {};
  /** Called with each answer before whoever asked has it. */
  onAnswer: (answer: unknown) => void = () => {};
  /** Asked of each call that is done: whoever asked has the answer when that is settled, and nothing is under way until then. */
  heldUp: (call: string) => Promise<void> | null = () => null;
  #underWay = 0;

  count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  /** Answers when nothing has been under way for a moment. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#underWay > 0) quiet = -1;
    }
  }

  wrap(storage: Storage): Storage {
    return {
      ...storage,
      requests: this.#watch('requests', storage.requests),
      presence: this.#watch('presence', storage.presence),
      agents: this.#watch('agents', storage.agents),
      senders: this.#watch('senders', storage.senders),
      apiKeys: this.#watch('apiKeys', storage.apiKeys),
      documents: this.#watch('documents', storage.documents),
      sharedTime: () => this.#run('sharedTime', () => storage.sharedTime()),
      lookForDueWork: (looked) => this.#run('lookForDueWork', () => storage.lookForDueWork(looked)),
      checkSchema: () => this.#run('checkSchema', () => storage.checkSchema()),
    };
  }

  #watch<Store extends object>(name: string, store: Store): Store {
    return new Proxy(store, {
      get: (target, method, receiver) => {
        const member: unknown = Reflect.get(target, method, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#run(`${name}.${String(method)}`, () => member.apply(target, args));
      },
    });
  }

  async #run<Result>(call: string, work: () => Promise<Result>): Promise<Result> {
    this.calls.push(call);
    this.onCall(call);
    this.#underWay += 1;
    let answer: Result;
    try {
      answer = await work();
      this.onAnswer(answer);
    } finally {
      this.#underWay -= 1;
    }
    const delay = this.heldUp(call);
    if (delay) await delay;
    return answer;
  }
}
