import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ACTION } from '../parties.ts';
import { percentile } from '../percentiles.ts';
import type { System } from '../system.ts';
import { ClientProcess } from './client-process.ts';
import type { AgentsFigures, AgentsTask, DoorName, Load, SendersFigures, SendersTask } from './messages.ts';

const mainOf = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

/** The senders and the agents of a system, each a process of its own, and what they have seen. */
export class Clients {
  readonly #system: System;
  readonly #senders: ClientProcess<Load, SendersFigures>;
  readonly #agents: ClientProcess<null, AgentsFigures>;
  readonly #accepted: string[] = [];
  readonly #failures: Record<string, number> = {};
  #repeated = 0;

  private constructor(
    system: System,
    senders: ClientProcess<Load, SendersFigures>,
    agents: ClientProcess<null, AgentsFigures>,
  ) {
    this.#system = system;
    this.#senders = senders;
    this.#agents = agents;
  }

  /** @param options.isWaiting whether senders ask for the outcome with the submission, instead of reading until it is there */
  static async begin(
    system: System,
    { door, isWaiting }: { readonly door: DoorName; readonly isWaiting: boolean },
  ): Promise<Clients> {
    const task: AgentsTask = { door, urls: system.urls, parties: system.parties };
    const agents = await ClientProcess.begin<AgentsTask, null, AgentsFigures>(mainOf('agents'), task);
    const sending: SendersTask = { ...task, isWaiting };
    const senders = await ClientProcess.begin<SendersTask, Load, SendersFigures>(mainOf('senders'), sending);
    return new Clients(system, senders, agents);
  }

  /** Whole lifecycles under that load, and what each took. */
  async run(load: Load) {
    const before = this.#system.cpu();
    const { seconds, submitMs, wholeMs, reads, accepted, failures } = await this.#senders.give(load);
    const after = this.#system.cpu();
    const { deliveryMs, repeated } = await this.#agents.give(null);
    for (const id of accepted) this.#accepted.push(id);
    for (const [what, count] of Object.entries(failures)) this.#failures[what] = (this.#failures[what] ?? 0) + count;
    this.#repeated += repeated;
    const lifecycles = wholeMs.length;
    return {
      'lifecycles per second': lifecycles / seconds,
      ...percentilesOf('submit', submitMs),
      ...percentilesOf('delivery', deliveryMs),
      ...percentilesOf('whole', wholeMs),
      'reads per lifecycle': reads / lifecycles,
      'server CPU (ms)': (after.server - before.server) / lifecycles,
      'database CPU (ms)': (after.database - before.database) / lifecycles,
      'Redis CPU (ms)': (after.redis - before.redis) / lifecycles,
    };
  }

  /** How often a promise was broken, by what the clients saw and by what the database says. */
  async settle(): Promise<Readonly<Record<string, number>>> {
    const client = new pg.Client({ connectionString: this.#system.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, number>>(SETTLE, [ACTION, this.#accepted]);
      return { ...rows[0], ...this.#failures, 'doubled: delivered again without a cause': this.#repeated };
    } finally {
      await client.end();
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#senders.end(), this.#agents.end()]);
  }
}

const SETTLE = `
  select
    (select count(*)::int from unnest($2::uuid[]) as accepted (id)
     where not exists (select from requests r where r.id = accepted.id)) as "lost: no row",
    count(*) filter (where lower(status) not in ('completed'))::int as "lost: not completed",
    (count(*) - count(distinct params ->> 'number'))::int as "doubled: several rows of one submission",
    (count(*) - cardinality($2::uuid[]))::int as "doubled: a row that no sender was told of",
    count(*) filter (where result ->> 'number' is distinct from params ->> 'number')::int as "wrong: another's result"
  from requests where action = $1`;

function percentilesOf<What extends string>(what: What, samples: Float64Array) {
  const each = [...samples];
  const named = [50, 95, 99].map((p) => [`${what} p${p} (ms)`, percentile(each, p)]);
  return Object.fromEntries(named) as Record<`${What} p${50 | 95 | 99} (ms)`, number>;
}
