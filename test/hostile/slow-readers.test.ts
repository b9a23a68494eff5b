import { expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest } from '../testkit/platform.ts';
import { SilentSocket } from './silent-socket.ts';

const MEGABYTE = 1_048_576;

it('a stranger who pings without reading the answers is not read any further, and cut when it stays so', async () => {
  const platform = await platformForTest({
    env: { WS_HEARTBEAT_INTERVAL_SECONDS: '0.2', WS_HEARTBEAT_TIMEOUT_SECONDS: '2' },
  });
  const socket = await SilentSocket.open(platform, '/graphql', 'graphql-transport-ws');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(60_000) } });
  // What the machine's own buffers take on both sides is read all the same; it is far less than this.
  const sent = await socket.sendUntilStuck(ping, 256 * MEGABYTE, 1_500);
  expect(sent).toBeLessThan(64 * MEGABYTE);
  await eventually(async () => expect(socket.isGone).toBe(true));
});

it('a client that reads is answered however much it asks', async () => {
  const platform = await platformForTest();
  const socket = await SilentSocket.open(platform, '/graphql', 'graphql-transport-ws');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(60_000) } });
  socket.read();
  const sent = await socket.sendUntilStuck(ping, 64 * MEGABYTE, 20_000);
  expect(sent).toBeGreaterThanOrEqual(64 * MEGABYTE);
  await eventually(async () => expect(socket.bytesRead).toBeGreaterThan(63 * MEGABYTE));
});
