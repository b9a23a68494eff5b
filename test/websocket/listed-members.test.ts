import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentAndSender, STANDUP, submitAccepted } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { TextSocket } from '../testkit/text-socket.ts';

const PAGE = readFileSync(new URL('../../schema/agent-protocol.md', import.meta.url), 'utf8');

type Message = Readonly<Record<string, unknown>> & { readonly type: string };
/** Members of each message by its type, as `GET /v1/info` lists them: with `?` where they may be missing. */
type Listed = Readonly<Record<string, readonly string[]>>;

const nameOf = (member: string): string => member.replace(/[?:].*/, '');
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

describe('the members of messages on the raw channel', () => {
  const platform = platformForFile({
    env: { WS_HEARTBEAT_INTERVAL_SECONDS: '0.5', WS_HEARTBEAT_TIMEOUT_SECONDS: '60' },
  });
  const listed = async () => {
    const { agent_channel } = await (await fetch(`${platform.url}/v1/info`)).json();
    return agent_channel as { readonly from_platform: Listed; readonly from_agent: Listed };
  };

  it('are listed as they are sent, and the protocol page names each', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    const sent: Message[] = [];
    const take = async (...parts: readonly string[]) => {
      const message: Message = JSON.parse(await channel.text(...parts));
      sent.push(message);
      return message;
    };
    const plain = await submitAccepted(platform, agent, sender);
    await take('request.received', plain.id);
    await fetch(`${platform.url}/v1/agents/${agent.handle}/requests`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${sender.apiKey}`,
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        tracestate: 'vendor=value',
      },
      body: JSON.stringify({ ...STANDUP, context_id: 'talk' }),
    });
    const traced = await take('request.received', 'traceparent');
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: plain.id }, 'request { status }', sender);
    await take('request.cancel');
    await take('"ping"');
    channel.send('no JSON');
    await take('invalid_json');
    channel.send(JSON.stringify({ type: 'action.result', request_id: traced.request_id, status: 'perhaps' }));
    await take('invalid_message');

    const { from_platform, from_agent } = await listed();
    for (const [type, members] of Object.entries(from_platform)) {
      const ofType = sent
        .filter((message) => message.type === type)
        .map(({ type: _type, ...rest }) => Object.keys(rest));
      expect(sorted(ofType.flat()), type).toEqual(sorted(members.map(nameOf)));
      const always = members.map(nameOf).filter((name) => ofType.every((names) => names.includes(name)));
      expect(sorted(members.filter((member) => !member.includes('?'))), type).toEqual(sorted(always));
    }
    for (const [type, members] of Object.entries({ ...from_platform, ...from_agent })) {
      const [, paragraph = ''] = PAGE.split(`**\`${type}\`** –`);
      const [ofType = ''] = paragraph.split(/\n(?:#|\*\*`)/);
      for (const name of members.map(nameOf))
        expect(ofType, `${type}.${name}`).toMatch(new RegExp(`["\`]${name}["\`]`));
    }
  });
});
