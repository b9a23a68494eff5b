import { randomBytes } from 'node:crypto';
import { publishCapabilities, registerAgent, registerSender } from '../agent-sdk/src/index.ts';

export const ACTION = 'bench.echo';

/** An agent with a contract as they are in practice, and a sender. */
export async function registerParties(url: string) {
  const handle = `bench.${randomBytes(6).toString('hex')}`;
  const agent = await registerAgent({ url, handle, displayName: 'Benchmark agent' });
  const sender = await registerSender({ url, displayName: 'Benchmark sender' });
  const capability = {
    action: ACTION,
    description: 'Answers with the attempt.',
    paramsSchema: {
      type: 'object',
      required: ['number'],
      properties: { number: { type: 'integer', minimum: 0 }, note: { type: 'string', maxLength: 200 } },
    },
    constraints: { max_number: 1_000_000_000 },
  };
  await publishCapabilities({ url, apiKey: agent.apiKey, capabilities: [capability] });
  return { handle, agentKey: agent.apiKey, senderKey: sender.apiKey };
}
