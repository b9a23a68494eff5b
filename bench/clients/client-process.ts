import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A process that serves one order at a time: `begin` it with what it has to know, then give it orders. So clients take
 * no turn on the event loop of what measures, nor of each other.
 */
export class ClientProcess<Order, Answer> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * @param main the path of a file that calls `serveOrders`
   * @param options.nice how far it stands back for others where the processors are short, up to 19; all of its threads do
   */
  static async begin<Task, Order, Answer>(
    main: string,
    task: Task,
    { nice = 0 }: { readonly nice?: number } = {},
  ): Promise<ClientProcess<Order, Answer>> {
    const by = nice === 0 ? {} : { execPath: 'nice', execArgv: ['-n', String(nice), process.execPath] };
    const client = new ClientProcess<Order, Answer>(fork(main, { serialization: 'advanced', ...by }));
    await client.#ask(task);
    return client;
  }

  give(order: Order): Promise<Answer> {
    return this.#ask(order) as Promise<Answer>;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  async #ask(message: unknown): Promise<unknown> {
    const over = new AbortController();
    const { signal } = over;
    this.#child.send(message as object);
    try {
      const [answer] = await Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(([code]) => {
          throw new Error(`a client process ended with ${code}`);
        }),
      ]);
      return answer;
    } finally {
      over.abort();
    }
  }
}

/** The other side: the first message is the task, which makes what answers each order after it. */
export function serveOrders<Task, Order, Answer>(
  begin: (task: Task) => Promise<(order: Order) => Promise<Answer>>,
): void {
  process.once('message', async (task: Task) => {
    const serve = await begin(task);
    process.on('message', async (order: Order) => process.send?.(await serve(order)));
    process.send?.('ready');
  });
}
