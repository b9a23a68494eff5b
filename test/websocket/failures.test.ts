import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../src/application/application.ts';
import { Channel } from '../../src/application/channel/channel.ts';
import { EVERY_SCOPE } from '../../src/domain/api-key.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { AgentPrincipal } from '../../src/domain/principal.ts';
import { systemClock } from '../../src/system-clock.ts';
import { Refusals } from '../../src/transport/refusals.ts';
import { handleUpgrades } from '../../src/transport/upgrades.ts';
import { createChannelUpgrade } from '../../src/transport/websocket/channel-upgrade.ts';
import { createTestAdmission, WHOLE } from '../testkit/admission.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { RawChannel, refusedUpgrade } from './raw-channel.ts';

const AGENT = { id: '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11', apiKey: 'clw_agent_of_this_test' };
const principal: AgentPrincipal = {
  kind: 'agent',
  agentId: AGENT.id,
  apiKeyId: 'key',
  keyExpiresAt: null,
  sessionId: null,
  isManagedByOwner: false,
  scopes: EVERY_SCOPE.AGENT,
  isSuspended: false,
};
const path = `/v1/agents/${AGENT.id}/ws?token=${AGENT.apiKey}`;

const away = () => Promise.reject(new UnavailableError('The platform cannot reach its database.', 2));
const defect = () => Promise.reject(new Error('a defect'));

/** The upgrade over use cases of the test's own. */
async function setUp(app: object, authenticateApiKey: () => Promise<AgentPrincipal | null> = async () => principal) {
  const log = createRecordingLog();
  const ended: Channel[] = [];
  const channels = {
    open: async () => {
      const record = { id: 'c', agentId: AGENT.id, nodeId: 'n', apiKeyId: 'key', openedAt: new Date() };
      return new Channel({ ...record, transport: 'websocket' }, null);
    },
    end: async (channel: Channel) => void ended.push(channel),
    recordHeartbeat: () => {},
  };
  const handler = createChannelUpgrade({
    app: { agents: { idOf: async () => AGENT.id }, channels, ...app } as unknown as Application,
    authenticate: { byKey: authenticateApiKey, byHeaders: async () => null },
    admission: createTestAdmission(log),
    clock: systemClock,
    log,
    heartbeat: { intervalMs: 15_000, timeoutMs: 60_000 },
    maxMessageSize: 65_536,
  });
  const server = createServer();
  handleUpgrades(server, [handler], {
    socketsMax: 10,
    socketsPerAddressMax: 10,
    addressOf: () => '192.0.2.1',
    admit: () => null,
    refusals: new Refusals({ clock: systemClock, connections: { letGo: () => {} }, share: WHOLE }),
    log,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { platform: { socketUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }, log, ended };
}

describe('while the database is away', () => {
  it('an upgrade is 503 with Retry-After', async () => {
    for (const at of [await setUp({}, away), await setUp({ channels: { open: away } })]) {
      const response = await refusedUpgrade(at.platform, path);
      expect(response.statusCode).toBe(503);
      expect(response.headers['retry-after']).toBe('2');
    }
  });

  it('a message is answered with unavailable and its request, and the channel stays', async () => {
    let isAway = true;
    const taken: string[] = [];
    const acknowledgeRequest = (_principal: unknown, { requestId }: { requestId: string }) =>
      isAway ? away() : Promise.resolve(taken.push(requestId));
    const { platform, log } = await setUp({ requests: { acknowledge: acknowledgeRequest } });
    const channel = await RawChannel.open(platform, AGENT);
    channel.ack('r1');
    expect(await channel.error()).toEqual({
      type: 'error',
      code: 'unavailable',
      message: 'The platform cannot reach its database.',
      request_id: 'r1',
    });
    isAway = false;
    channel.ack('r1');
    channel.sendRaw('?');
    await channel.error();
    expect(taken).toEqual(['r1']);
    expect(log.errors()).toEqual([]);
  });
});

describe('a defect', () => {
  it('at the upgrade is 500, with its cause and without the key in the log', async () => {
    const { platform, log } = await setUp({}, defect);
    expect((await refusedUpgrade(platform, path)).statusCode).toBe(500);
    expect(log.errors()).toEqual([expect.stringContaining('a defect')]);
    expect(log.lines.join()).not.toContain(AGENT.apiKey);
  });

  it('of a message is answered with internal_error, masked under an id that is in the log', async () => {
    const { platform, log } = await setUp({ requests: { reportOutcome: defect } });
    const channel = await RawChannel.open(platform, AGENT);
    channel.complete('r1', 'secret-result');
    const { code, message, request_id } = await channel.error();
    expect({ code, request_id }).toEqual({ code: 'internal_error', request_id: 'r1' });
    expect(message).not.toContain('a defect');
    const id = /[0-9a-f-]{36}/.exec(message)?.[0] ?? 'no id';
    expect(log.errors()).toEqual([expect.stringContaining(id)]);
    expect(log.errors().join()).not.toContain('secret-result');
  });
});

describe('a key that ends while its channel is opened', () => {
  it('opens nothing: the upgrade is 401 and the channel is ended', async () => {
    const answers = [principal, null];
    const { platform, ended } = await setUp({}, async () => answers.shift() ?? null);
    expect((await refusedUpgrade(platform, path)).statusCode).toBe(401);
    expect(ended).toHaveLength(1);
  });
});
