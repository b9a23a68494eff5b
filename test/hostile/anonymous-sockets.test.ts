import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { registerAgent } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

/** A socket at which nobody says who they are; answers why it ended where it did. */
function stranger({ socketUrl }: TestPlatform, address: string) {
  const headers = { 'x-forwarded-for': address };
  const socket = new WebSocket(`${socketUrl}/graphql`, 'graphql-transport-ws', { headers });
  const state = { isOpen: false, code: 0 };
  socket.on('open', () => {
    state.isOpen = true;
    socket.send(JSON.stringify({ type: 'connection_init' }));
  });
  socket.on('error', () => {});
  socket.on('close', (code) => {
    state.isOpen = false;
    state.code = code;
  });
  onTestFinished(() => socket.terminate());
  return state;
}

it('sockets of strangers from ten addresses keep no agent from connecting', async () => {
  const platform = await platformForTest({ env: { SOCKETS_MAX: '50', TRUST_PROXY: '1' } });
  const agent = await registerAgent(platform);
  const strangers = Array.from({ length: 100 }, (_, index) => stranger(platform, `192.0.${index % 10}.1`));
  await eventually(async () => expect(strangers.filter(({ code }) => code !== 0)).toHaveLength(90));
  expect(strangers.filter(({ isOpen }) => isOpen)).toHaveLength(10);
  expect(new Set(strangers.map(({ code }) => code))).toEqual(new Set([0, 1013]));

  const headers = { 'x-forwarded-for': '198.51.100.1' };
  // More than strangers may have: none of these counts as one any more.
  for (let count = 0; count < 20; count += 1) await RawSocket.open(platform, agent.apiKey, { headers });
  const channel = new WebSocket(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`, { headers });
  onTestFinished(() => channel.terminate());
  await new Promise((resolve, reject) => channel.once('open', resolve).once('error', reject));
});

it('a network drives out none but its own, whatever addresses it has', async () => {
  const platform = await platformForTest({ env: { SOCKETS_MAX: '100', TRUST_PROXY: '1' } });
  const other = stranger(platform, '198.51.100.1');
  await eventually(async () => expect(other.isOpen).toBe(true));
  const flood = Array.from({ length: 40 }, (_, index) => stranger(platform, `192.0.2.${index}`));
  await eventually(async () => expect(flood.filter(({ code }) => code !== 0)).toHaveLength(30));
  expect(other.isOpen).toBe(true);
});

it('a stranger who does nothing is not kept, and whoever is known is', async () => {
  const platform = await platformForTest({ env: { ANONYMOUS_SOCKET_IDLE_SECONDS: '1' } });
  const idle = await RawSocket.open(platform, null);
  const agent = await registerAgent(platform);
  const known = await RawSocket.open(platform, agent.apiKey);
  expect(await idle.messages.ended()).toMatchObject({ code: 4408 });
  known.subscribe('1', '{ viewer { __typename } }');
  expect(await known.next('1')).toMatchObject({ data: { viewer: { __typename: 'Agent' } } });
});
