import { ask } from '../parties.ts';
import type { Named } from './texts.ts';

/** The platform that is fuzzed, and those who are known to it. */
export type Target = {
  readonly url: string;
  readonly agent: { readonly id: string; readonly handle: string; readonly key: string };
  readonly senderId: string;
  readonly senderKey: string;
};

/** An agent with a contract of an action that takes anything, and of one whose result is checked; and a sender. */
export async function introduce(url: string): Promise<Target> {
  const sender = await ask(url, 'POST', '/v1/senders', { display_name: 'Fuzz' });
  return { url, agent: await registerAgent(url), senderId: sender.id, senderKey: sender.api_key };
}

let registered = 0;

export async function registerAgent(url: string): Promise<Target['agent']> {
  registered += 1;
  const handle = `fuzz.agent${registered}`;
  const { id, api_key: key } = await ask(url, 'POST', '/v1/agents', { handle, display_name: 'Fuzz' });
  const capabilities = [
    { action: 'fuzz.take', description: 'Takes anything.', params_schema: {} },
    {
      action: 'fuzz.checked',
      description: 'Has its result checked.',
      params_schema: { type: 'object', properties: { n: { type: 'number' } } },
      result_schema: { type: 'object', required: ['a'], properties: { a: { type: 'string', pattern: '^(a|b)*$' } } },
    },
  ];
  await ask(url, 'PUT', `/v1/agents/${id}/capabilities`, { capabilities }, key);
  return { id, handle, key };
}

/** The parties by their names in inputs; requests are told by `request`. */
export const namedOf = ({ agent, senderId }: Target, request: () => string): Named => ({
  $AGENT$: () => agent.id,
  $HANDLE$: () => agent.handle,
  $SENDER$: () => senderId,
  $REQUEST$: request,
});
