import { randomBytes } from 'node:crypto';
import type { AgentParty, Parties } from './clients/messages.ts';

export const ACTION = 'bench.echo';

/** Agents that are being registered at a time. */
const AT_ONCE = 8;

const CAPABILITY = {
  action: ACTION,
  description: 'Answers with the number.',
  params_schema: {
    type: 'object',
    required: ['number'],
    properties: {
      number: { type: 'integer', minimum: 0 },
      at: { type: 'number' },
      think_ms: { type: 'integer', minimum: 0 },
      note: { type: 'string', maxLength: 200 },
    },
  },
  constraints: { max_number: 1_000_000_000 },
};

/** What `--checked` has the agents say of their results besides. */
const RESULT_SCHEMA = { type: 'object', required: ['number'], properties: { number: { type: 'integer', minimum: 0 } } };

/** Registers over REST a sender, and agents that have a contract as they are in practice. */
export async function registerMany(url: string, agentCount: number, areResultsChecked = false): Promise<Parties> {
  const sender = await ask(url, 'POST', '/v1/senders', { display_name: 'Benchmark sender' });
  const agents: AgentParty[] = [];
  let left = agentCount;
  const registerInTurn = async () => {
    for (; left > 0; agents.push(await registerAgent(url, areResultsChecked))) left -= 1;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, registerInTurn));
  return { agents, senderKey: sender.api_key };
}

/** The same, with one agent. */
export async function registerParties(url: string) {
  const { agents, senderKey } = await registerMany(url, 1);
  const { handle = '', apiKey: agentKey = '' } = agents[0] ?? {};
  return { handle, agentKey, senderKey };
}

async function registerAgent(url: string, areResultsChecked: boolean): Promise<AgentParty> {
  const handle = `bench.${randomBytes(6).toString('hex')}`;
  const { id, api_key: apiKey } = await ask(url, 'POST', '/v1/agents', { handle, display_name: 'Benchmark agent' });
  const capability = { ...CAPABILITY, ...(areResultsChecked && { result_schema: RESULT_SCHEMA }) };
  await ask(url, 'PUT', `/v1/agents/${id}/capabilities`, { capabilities: [capability] }, apiKey);
  return { id, handle, apiKey };
}

export async function ask(url: string, method: string, path: string, body: object | null, apiKey?: string) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Readonly<Record<'id' | 'api_key' | 'owner_key' | 'digest', string>>;
}
