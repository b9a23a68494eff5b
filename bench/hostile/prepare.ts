import { randomBytes } from 'node:crypto';
import { HttpConnection } from '../clients/http-connection.ts';
import { ACTION } from '../parties.ts';
import { bearer } from './flood.ts';
import type { Material, Registered } from './messages.ts';

/** Registrations of one address, so that it stays below what it may in a minute. */
const OF_ADDRESS = 10;

/** Some 400 KB, which every agent may publish. */
const LARGE = Array.from({ length: 50 }, (_, at) => ({ action: `action.${at}`, description: 'x'.repeat(8_000) }));
/** Takes as long as it is given, from few bytes: the params' depth doubles it. */
const FUSE = [
  {
    action: 'burn',
    description: 'Burns.',
    params_schema: { properties: { n: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } },
  },
];
/** Takes numbers. */
const ECHO = [
  {
    action: ACTION,
    description: 'Answers with the number.',
    params_schema: { type: 'object', required: ['number'], properties: { number: { type: 'integer', minimum: 0 } } },
  },
];

/** Registers agents and senders, each pair of them from one address of this machine. */
export class Registrations {
  readonly #url: string;
  readonly #network: number;
  #made = 0;

  /** @param network the second number of the addresses 127.x.y.1 */
  constructor(url: string, network: number) {
    this.#url = url;
    this.#network = network;
  }

  honest(count: number): Promise<readonly Registered[]> {
    return this.#many(count, ECHO);
  }

  async material({ own, burning, large }: Readonly<Record<keyof Material, number>>): Promise<Material> {
    return {
      own: await this.#many(own, ECHO),
      burning: await this.#many(burning, FUSE),
      large: await this.#many(large, LARGE),
    };
  }

  async #many(count: number, capabilities: readonly object[]): Promise<readonly Registered[]> {
    const made: Registered[] = [];
    while (made.length < count) made.push(await this.#one(capabilities));
    return made;
  }

  async #one(capabilities: readonly object[]): Promise<Registered> {
    const address = `127.${this.#network}.${Math.floor(this.#made / OF_ADDRESS)}.1`;
    this.#made += 1;
    const connection = await HttpConnection.open(this.#url, address);
    try {
      const handle = `bench.${randomBytes(6).toString('hex')}`;
      const sender = await ask(connection, 'POST', '/v1/senders', { display_name: 'A sender' });
      const agent = await ask(connection, 'POST', '/v1/agents', { handle, display_name: 'An agent' });
      await ask(connection, 'PUT', `/v1/agents/${agent.id}/capabilities`, { capabilities }, agent.api_key);
      return { id: agent.id, handle, apiKey: agent.api_key, senderKey: sender.api_key };
    } finally {
      connection.close();
    }
  }
}

async function ask(connection: HttpConnection, method: 'POST' | 'PUT', path: string, body: object, key?: string) {
  const headers = key === undefined ? '' : bearer(key);
  const { status, body: text } = await connection.request(method, path, headers, JSON.stringify(body));
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Readonly<Record<'id' | 'api_key', string>>;
}
