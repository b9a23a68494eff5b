import { onTestFinished } from 'vitest';
import { EVERY_SCOPE } from '../../src/domain/api-key.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createHttpServer } from '../../src/transport/http-server.ts';
import type { McpDependencies } from '../../src/transport/mcp/exchange.ts';
import { addMcpRoutes } from '../../src/transport/mcp/mcp-routes.ts';
import { OpenStreams } from '../../src/transport/open-streams.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';

/** What one answer may have here. */
export const ANSWER_MAX_BYTES = 100_000;

/** The door alone, with whatever key, over use cases that do what no platform does when it is asked to. */
export async function doorOver(useCases: object) {
  const sender = {
    kind: 'sender',
    senderId: 's',
    apiKeyId: 'k',
    keyExpiresAt: null,
    sessionId: null,
    scopes: EVERY_SCOPE.SENDER,
    isSuspended: false,
  } as const;
  const log = createRecordingLog();
  const server = await createHttpServer(
    { bodyLimitBytes: 65_536, trustProxy: false, httpRequestTimeoutSeconds: 30, corsOrigins: [] },
    log,
  );
  const settings = {
    version: '1',
    host: '127.0.0.1',
    publicUrl: undefined,
    corsOrigins: [],
    taskAfterSeconds: 2,
    waitMaxSeconds: 300,
    retentionMs: null,
    companionTools: true,
    answerMaxBytes: ANSWER_MAX_BYTES,
  };
  const app = useCases as McpDependencies['app'];
  const authenticate = { byKey: async () => sender, byHeaders: async () => sender };
  const streams = new OpenStreams({ max: 10, perAddressMax: 10, log });
  await addMcpRoutes(server, { app, authenticate, streams, clock: systemClock, log, settings });
  onTestFinished(() => server.close());
  return { url: await server.listen({ port: 0 }), log, streams };
}
